"""What tests of every floor share: real servers, on free ports, in a folder that is gone afterwards."""
