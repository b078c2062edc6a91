"""The HTTP interface of adjudication: what people read and do, and what those who are listed may do about it."""

from litestar import Router
from litestar.di import Provide

from services.adjudication.api import accounts, listings, offers, procedure, redress
from services.adjudication.api.counter import OFFICIALS, AccountOf, Because, Clerk, provide_clerk
from services.adjudication.api.merchant import MERCHANT

__all__ = ["API", "MERCHANT", "OFFICIALS", "AccountOf", "Because", "Clerk", "provide_clerk"]

API = Router(
    "/",
    dependencies={"clerk": Provide(provide_clerk, sync_to_thread=False)},
    route_handlers=[
        listings.read_listings, listings.read_listing, offers.read_steps, listings.read_rulebook, listings.read_guards,
        procedure.release, procedure.decide,
        procedure.reject, procedure.lodge_objection, procedure.answer_objections, procedure.end, procedure.apply_for_repair,
        procedure.decide_repair, redress.lodge_appeal, redress.decide_appeal, redress.impose_interim, redress.lift_interim,
        redress.release_hold, redress.look_again,
        accounts.read_candidates, accounts.link, accounts.unlink, accounts.dismiss, accounts.judge_document,
    ],
)  # fmt: skip
