"use strict";

const app = document.querySelector("#app");

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`the desk answers ${answer.status}`);
  return answer.json();
}

function moment(name, printed) {
  return printed ? element("time", {class: name, datetime: printed}, new Date(printed).toLocaleString("en-GB")) : null;
}

function row(notice) {
  return element("article", {class: "tender"},
    element("a", {class: "number", href: `/tenders/${notice.number}`}, notice.number), " ",
    element("span", {class: "state"}, notice.state),
    element("h2", {}, notice.subject),
    element("p", {}, element("span", {class: "authority"}, notice.authority), " · ",
      element("span", {class: "country"}, notice.country)),
    moment("closes", notice.closes));
}

async function showList(page) {
  const list = await ask(`/api/notices?page=${page}`);
  const next = element("button", {class: "next", type: "button"}, "Next page");
  next.disabled = page >= list.pages;
  next.addEventListener("click", () => { next.disabled = true; showList(page + 1).catch(fail); });
  app.replaceChildren(
    element("p", {class: "count"}, `${list.total} tenders`),
    ...(list.rows.length ? list.rows.map(row) : [element("p", {class: "none"}, "No tenders at the moment.")]),
    next);
}

function field(name, ...value) {
  return value.some((each) => each !== null) ? [element("dt", {}, name), element("dd", {class: name.toLowerCase()}, ...value)] : [];
}

function lots(found, currency) {
  const cells = (lot) => [lot.number, lot.subject, lot.cpv.join(", "), lot.estimate ? `${lot.estimate} ${currency}` : ""];
  const rows = found.map((lot) => element("tr", {}, ...cells(lot).map((text) => element("td", {}, text))));
  const head = ["Lot", "Subject", "CPV", "Estimate"].map((text) => element("th", {}, text));
  return element("table", {class: "lots"}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}

async function showNotice(number) {
  const notice = await ask(`/api/notices/${encodeURIComponent(number)}`);
  app.replaceChildren(element("section", {class: "tender-page", lang: notice.language},
    element("p", {class: "number"}, notice.number), element("span", {class: "state"}, notice.state),
    element("h1", {}, notice.subject),
    element("p", {class: "text"}, notice.text),
    element("dl", {},
      ...field("Authority", notice.authority), ...field("Place", notice.place), ...field("Country", notice.country),
      ...field("Region", notice.region), ...field("Mail", notice.mail),
      ...field("Published", moment("published", notice.published)), ...field("Closes", moment("closes", notice.closes)),
      ...field("Estimate", notice.estimate ? `${notice.estimate} ${notice.currency}` : null),
      ...field("CPV", ...notice.cpv.map((code) => element("span", {class: "code"}, code)))),
    notice.lots.length ? lots(notice.lots, notice.currency) : null,
    element("ul", {class: "files"}, ...notice.files.map((file) => element("li", {}, element("a", {href: file.href}, file.name))))));
}

function fail(error) {
  app.replaceChildren(element("p", {class: "error"}, String(error.message)));
}

const number = location.pathname.match(/^\/tenders\/(.+)$/)?.[1];
(number ? showNotice(number) : showList(1)).catch(fail);
