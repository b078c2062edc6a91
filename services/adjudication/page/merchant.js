// The page of a notice works by its forms alone. With a script the code behind the # of its address is sent for the reader, and pages
// answer in place, so that the address keeps it.
"use strict";
const code = location.hash.slice(1);

async function send(form) {
  const offline = document.getElementById("offline");
  offline.hidden = true;
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), cache: "no-store", referrerPolicy: "no-referrer" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["header", "main"]) document.querySelector(part).replaceWith(page.querySelector(part));
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.getElementById("said")?.focus();
    scrollTo(0, 0);
  } catch {
    for (const button of document.querySelectorAll("button")) button.disabled = false;
    offline.hidden = false;
    offline.focus();
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});

const entry = document.getElementById("open");
if (entry && code.startsWith("lcn_")) {
  document.getElementById("code").value = code;
  send(entry);
}
