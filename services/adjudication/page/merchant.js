// The page of a notice: the token stands behind the # of its address, so that no server and no log ever sees it there.
"use strict";
const token = location.hash.slice(1);
const STEPS = {
  "object": ["objections", "提出异议 · Object"],
  "appeal": ["appeals", "对决定申诉 · Appeal against the decision"],
  "apply-for-repair": ["repair", "申请修复 · Apply for repair"],
};
const WORDS = {
  none: "未列入 · not listed", watch: "观察 · watch", restricted: "限制 · restricted", blacklisted: "黑名单 · blacklisted",
  released: "告知书已签发 · notice released", served: "听取意见中 · hearing", decided: "已决定 · decided", rejected: "不予列入 · turned down",
  ended: "已移出 · ended", remove_item: "下架商品 · remove item", rectify: "责令整改 · rectify", warn: "警告 · warn", points: "扣分 · points",
  demote: "降权 · demote", limit: "限制功能 · limit", freeze: "冻结 · freeze", expel: "清退 · expel", counterfeit: "假冒伪劣 · counterfeit",
  forbidden_goods: "违禁商品 · forbidden goods", unsafe_goods: "不安全商品 · unsafe goods", fraud: "欺诈 · fraud",
  non_delivery: "收款不发货 · non-delivery", not_as_described: "货不对板 · not as described", false_advertising: "虚假宣传 · false advertising",
  infringement: "侵犯权利 · infringement", price_gouging: "哄抬价格 · price gouging", credit_fraud: "刷单炒信 · credit fraud",
  mislisting: "错放类目 · mislisting", privacy: "侵害个人信息 · privacy", illegal_content: "违法信息 · illegal content",
  bad_service: "服务不良 · bad service", other: "其他 · other", expired: "期限届满 · expired", repaired: "信用修复 · repaired",
  revoked: "撤销 · revoked", wrongful: "列入有误 · wrongful", not_justified: "理由不成立 · not justified",
  basis_gone: "依据已不存在 · its basis is gone", objection_upheld: "异议成立 · the objection was upheld",
  superseded: "由更高等级取代 · superseded",
};
const LABELS = {
  rule: "规则 · Rule", respond_by: "陈述截止 · Respond by", interim_ends: "临时措施失效 · Interim measure lapses",
  since: "列入日期 · Since", until: "最后一日 · Last day", why: "结果 · How it ended",
};
const PENDING = {
  objections_open: "异议待答复 · Your objection waits for an answer", appeal_open: "申诉待裁决 · Your appeal waits for a decision",
  repair_open: "信用修复待办理 · Your application for repair waits for a decision", contested: "对外标记为有争议 · Shown as contested to everybody",
};
const STAGES = [
  ["released", "告知书签发 · Notice"], ["served", "听取意见 · Hearing"], ["decided", "决定列入 · Decision"], ["ended", "结束 · End"],
];
const word = (value) => WORDS[value] ?? String(value);
const moment = (value) => (/T/.test(value)
  ? new Date(value).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }) : String(value));
const at = (id) => document.getElementById(id);
const said = (zh, en, wrong = false) => {
  at("state").textContent = `${zh} ${en}`;
  at("state").className = wrong ? "wrong" : "";
};
const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });

async function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${token}`, ...options.headers };
  const answer = await fetch(`merchant/${path}`, { ...options, headers, cache: "no-store", referrerPolicy: "no-referrer" });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title_zh} · ${body.title}${body.detail_zh ? `：${body.detail_zh}` : ""}`);
  return body;
}

const over = (listing) => ["ended", "rejected"].includes(listing.state);

function progress(listing) {
  const stages = listing.state === "rejected" ? [...STAGES.slice(0, 2), ["rejected", word("rejected")]] : STAGES;
  const now = stages.findIndex(([stage]) => stage === listing.state);
  return stages.map(([, text], place) => {
    const item = element("li", text);
    if (place < now) item.className = "done";
    if (place === now) item.setAttribute("aria-current", "step");
    return item;
  });
}

function lines(notice, listing) {
  const told = [["账号 · Account", `${notice.platform} / ${notice.account}`], ["等级 · Tier", word(listing.tier)]];
  for (const [name, label] of Object.entries(LABELS)) {
    if (listing[name]) told.push([label, name === "why" || name === "rule" ? word(listing[name]) : moment(listing[name])]);
  }
  for (const one of listing.measures ?? []) told.push(["措施 · Measure", `${word(one.measure)}，至 until ${one.until}`]);
  for (const [name, text] of Object.entries(PENDING)) if (listing[name] && !over(listing)) told.push(["待办 · Pending", text]);
  if (listing.answer_by && !over(listing)) told.push(["办理截止，逾期即照准 · Answered by, or granted", moment(listing.answer_by)]);
  return told.flatMap(([label, value]) => [element("dt", label), element("dd", value)]);
}

function show(notice) {
  const listing = notice.listing ?? { tier: notice.tier, facts: [], may: [] };
  at("progress").replaceChildren(...(notice.listing ? progress(listing) : []));
  at("told").replaceChildren(...lines(notice, listing));
  at("facts").replaceChildren(...listing.facts.map((fact) => {
    const row = element("tr", "");
    row.append(...[fact.begins, fact.entity, word(fact.measure), word(fact.category), fact.account ?? "—"].map((text) => element("td", text)));
    return row;
  }));
  at("step").replaceChildren(...listing.may.map((step) => new Option(STEPS[step][1], STEPS[step][0])));
  at("plea").hidden = listing.may.length === 0;
  at("nothing").hidden = listing.may.length !== 0;
  at("case").hidden = false;
}

async function look() {
  try {
    show(await ask("notice"));
  } catch (failed) {
    said("无法打开：", failed.message, true);
  }
}

// Handed in first, under its hash, and then named by it.
async function handIn(file) {
  const content = await file.arrayBuffer();
  const bytes = [...new Uint8Array(await crypto.subtle.digest("SHA-256", content))];
  const digest = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await ask(`evidence/${digest}`, { method: "PUT", headers: { "Content-Type": file.type }, body: content });
  return digest;
}

at("plea").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const evidence = [];
    for (const file of at("proof").files) evidence.push(await handIn(file));
    const body = JSON.stringify({ reason: at("reason").value, evidence });
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    await ask(at("step").value, { method: "POST", headers, body });
    said("已收到，记入档案。", "Received and put to the file.");
    at("reason").value = at("proof").value = "";
    await look();
  } catch (failed) {
    said("未被接受：", failed.message, true);
  }
});

at("file").addEventListener("click", async () => {
  try {
    at("own").textContent = JSON.stringify(await ask("file"), null, 1);
    at("own").hidden = false;
  } catch (failed) {
    said("无法打开：", failed.message, true);
  }
});

if (token.startsWith("lcn_")) look();
else said("请用告知书中的完整链接打开。", "Please open the whole link of your notice.", true);
