"""What keeps the list just besides the main road: appeals, interim measures, the breaker's holds, documents, candidates."""
