"""The tables of the public contract, copied by hand: a name that changes in the code breaks a test here."""

# --- statements: type to the fields of its data beside merchant; `?` may be left out ---
STATEMENTS: dict[str, str] = {
    "merchant.declared": "",
    "report.filed": "report category channel amount_minor? currency? reporter evidence text?",
    "report.accepted": "report due?",
    "report.investigating": "report",
    "report.reopened": "report evidence",
    "report.concluded": "report outcome rule? reason_code finding? reason",
    "report.answered": "report reasons",
    "report.transferred": "report to receipt? due?",
    "report.withdrawn": "report reason",
    "evidence.submitted": "evidence report? kind sha256 bytes media locator? captured_at timestamp?",
    "evidence.verified": "evidence grade method",
    "evidence.discredited": "evidence reason",
    "sanction.imposed": "sanction measure category rule quantity? begins ends? reports evidence decided_by authority? origin",
    "sanction.amended": "sanction measure ends? reason",
    "sanction.appealed": "sanction grounds",
    "sanction.upheld": "sanction reason",
    "sanction.lifted": "sanction reason",
    "notice.delivered": "notice method delivered_at proof_sha256",
    "notice.failed": "notice reason",
    "enforcement.acknowledged": "directive state action? effective_at? reason?",
}
PARTS: dict[str, str] = {
    "Merchant": "account uscc? name? kind? person_token?",
    "Reporter": "token assurance",
    "NamedEvidence": "evidence sha256",
    "Authority": "name uscc? document issued_on sha256",
    "Origin": "kind directive?",
    "DirectiveRef": "subject_id seq",
}
CLOSED: dict[str, str] = {
    "Merchant.kind": "enterprise individual_business person platform app group_owner",
    "Filed.channel": "platform 12315 12377 other",
    "Reporter.assurance": "none phone id",
    "Concluded.outcome": "upheld rejected redirected",
    "Concluded.reason_code": "proven evidence_missing not_in_rules too_late duplicate unfounded other",
    "Concluded.finding": "false malicious",
    "Submitted.kind": "transaction chat photo inspection qualification recording url other",
    "Verified.grade": "A B C D",
    "Imposed.measure": "remove_item rectify warn points demote limit freeze expel",
    "Imposed.category": (
        "counterfeit forbidden_goods unsafe_goods fraud non_delivery not_as_described false_advertising infringement price_gouging"
        " credit_fraud mislisting privacy illegal_content bad_service other"
    ),
    "Imposed.decided_by": "human automated authority",
    "Origin.kind": "own derived",
    "Lifted.reason": "expired overturned settled repaired",
    "Acknowledged.state": "received enforced unable absent contested lifted",
}

# --- what comes back ---
RECEIPT = "id source status position sha256 recorded_at"
DIRECTIVE = "subject_id seq merged_into uscc name tier contested measures since until decision reasons rulebook appeal issued_at list demo"
TOPICS = ("liancheng.ingress.{code}.v1", "liancheng.receipt.{code}.v1", "liancheng.directive.v1")

# --- HTTP: service to its routes ---
EVERYWHERE = ("GET /healthz", "GET /readyz", "GET /metrics", "GET /problems", "GET /problems/{}")
ROUTES: dict[str, tuple[str, ...]] = {
    "gateway": ("POST /v1/statements", "GET /v1/statements/{}"),
    "standing": ("GET /v1/standing", "POST /v1/standing-queries", "GET /v1/standing/{}/score"),
    "directives": (
        "GET /v1/directives",
        "GET /v1/notices",
        "GET /v1/effects",
        "GET /v1/effects/{}",
        "PUT /v1/digest",
        "GET /v1/coverage",
        "GET /v1/platform",
        "PUT /v1/platform",
        "PUT /v1/webhook",
        "GET /v1/webhook",
        "DELETE /v1/webhook",
    ),
    "adjudication": (
        "GET /v1/listings",
        "GET /v1/listings/{}",
        "POST /v1/listings/{}/release",
        "POST /v1/listings/{}/decide",
        "POST /v1/listings/{}/objections",
        "POST /v1/listings/{}/objections/answer",
        "POST /v1/listings/{}/appeals",
        "POST /v1/listings/{}/appeals/decide",
        "POST /v1/listings/{}/interim",
        "POST /v1/listings/{}/interim/lift",
        "POST /v1/listings/{}/repair",
        "POST /v1/listings/{}/repair/decide",
        "POST /v1/accounts/link",
        "POST /v1/accounts/unlink",
        "GET /v1/rulebooks/{}",
    ),
    "regulator": ("GET /v1/blacklist", "GET /v1/blacklist/changes"),
}
STATEMENT_STATUSES = ("200", "201", "401", "403", "409", "413", "415", "422", "429", "503")
