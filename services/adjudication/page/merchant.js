// The page of a notice: the token stands behind the # of its address, so that no server and no log ever sees it there.
"use strict";
const token = location.hash.slice(1);
const STEPS = {
  "object": ["objections", "提出异议 · Object"],
  "appeal": ["appeals", "对决定申诉 · Appeal against the decision"],
  "apply-for-repair": ["repair", "申请修复 · Apply for repair"],
};
const LABELS = {
  tier: "层级 · Tier", state: "阶段 · State", rule: "规则 · Rule", rulebook: "规则版本 · Rulebook", respond_by: "答复截止 · Respond by",
  contested: "有争议 · Contested", since: "自 · Since", until: "至 · Until", interim_ends: "临时措施失效 · Interim measure lapses",
  why: "终结原因 · How it ended",
};
const at = (id) => document.getElementById(id);
const said = (zh, en) => { at("state").textContent = `${zh} ${en}`; };

async function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${token}`, ...options.headers };
  const answer = await fetch(`merchant/${path}`, { ...options, headers, cache: "no-store", referrerPolicy: "no-referrer" });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title_zh} · ${body.title}${body.detail_zh ? `：${body.detail_zh}` : ""}`);
  return body;
}

function show(notice) {
  const listing = notice.listing ?? { tier: notice.tier, facts: [], may: [] };
  const lines = [["账号 · Account", `${notice.platform} / ${notice.account}`]];
  for (const fact of listing.facts) lines.push(["事实 · Fact", `${fact.begins} ${fact.entity} ${fact.measure} ${fact.category}`]);
  for (const [name, label] of Object.entries(LABELS)) {
    const value = listing[name];
    if (value !== undefined && value !== null && value !== false) lines.push([label, value === true ? "是 · yes" : String(value)]);
  }
  const rows = lines.flatMap(([label, value]) => {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, text.textContent] = [label, value];
    return [term, text];
  });
  at("told").replaceChildren(...rows);
  at("step").replaceChildren(...listing.may.map((step) => new Option(STEPS[step][1], STEPS[step][0])));
  at("plea").hidden = listing.may.length === 0;
  at("case").hidden = false;
}

async function look() {
  try {
    show(await ask("notice"));
  } catch (failed) {
    said("无法打开：", failed.message);
  }
}

at("plea").addEventListener("submit", async (event) => {
  event.preventDefault();
  const evidence = at("proof").value.split(/\s+/).filter(Boolean).map((one) => one.toLowerCase());
  const body = JSON.stringify({ reason: at("reason").value, evidence });
  const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
  try {
    await ask(at("step").value, { method: "POST", headers, body });
    said("已收到，记入档案。", "Received and put to the file.");
    at("reason").value = "";
    await look();
  } catch (failed) {
    said("未被接受：", failed.message);
  }
});

at("file").addEventListener("click", async () => {
  try {
    at("own").textContent = JSON.stringify(await ask("file"), null, 1);
    at("own").hidden = false;
  } catch (failed) {
    said("无法打开：", failed.message);
  }
});

if (token.startsWith("lcn_")) look();
else said("请用告知书中的完整链接打开。", "Please open the whole link of your notice.");
