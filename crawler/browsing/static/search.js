"use strict";
// Search as you type. Where `window.articleSearch` is defined (a folder without a server) it answers, else the server does.
(() => {
  const main = document.querySelector("[data-search]");
  const form = main.querySelector("form");
  const input = form.querySelector("input");
  const list = main.querySelector("[data-hits]");
  const total = main.querySelector("[data-total]");
  const turn = main.querySelector("[data-turn]");
  const words = (vi, en) => { const box = document.createDocumentFragment();
    for (const [lang, text] of [["vi", vi], ["en", en]]) { const one = document.createElement("span"); one.lang = lang; one.textContent = text; box.append(one); }
    return box; };
  const plain = text => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  let asked = 0, page = 1, timer = 0, chosen = -1;

  const params = () => { const value = new URLSearchParams();
    for (const [name, text] of new FormData(form)) if (text) value.set(name, text);
    if (page > 1) value.set("page", page);
    return value; };
  const ask = async query => window.articleSearch ? window.articleSearch(query)
    : (await fetch(`${document.body.dataset.root}api/search?${query}`)).json();

  // The words looked for are marked in what is shown, letter for letter, with or without accents.
  const marked = (text, sought) => { const box = document.createDocumentFragment();
    const flat = plain(text);
    if (!sought.length || flat.length !== text.length) { box.append(text); return box; }
    const found = new RegExp(`(?<![\\p{L}\\p{N}])(?:${sought.join("|")})`, "gu");
    let at = 0;
    for (const hit of flat.matchAll(found)) { box.append(text.slice(at, hit.index));
      const one = document.createElement("mark"); one.textContent = text.slice(hit.index, hit.index + hit[0].length); box.append(one);
      at = hit.index + hit[0].length; }
    box.append(text.slice(at));
    return box; };
  const item = (hit, sought) => { const li = document.createElement("li"), link = document.createElement("a"), head = document.createElement("h3");
    head.append(marked(hit.title.normalize("NFC"), sought)); link.href = hit.link; link.append(head);
    const meta = document.createElement("p"); meta.className = "meta";
    meta.append([hit.date, hit.section, hit.byline].filter(Boolean).join(" · "));
    if (hit.versions > 1) { const one = document.createElement("span"); one.className = "mark"; one.append(" · ", words(`${hit.versions} phiên bản`, `${hit.versions} versions`)); meta.append(one); }
    const snippet = document.createElement("p"); snippet.className = "snippet"; snippet.append(marked(hit.snippet.normalize("NFC"), sought));
    li.append(link, meta, snippet);
    return li; };
  const button = (text, to) => { const link = document.createElement("a"); link.href = "#"; link.append(text);
    link.addEventListener("click", event => { event.preventDefault(); page = to; run(); scrollTo(0, 0); });
    return link; };
  const show = (found, sought) => { chosen = -1;
    list.replaceChildren(...found.hits.map(hit => item(hit, sought)));
    if (!found.hits.length) { const none = document.createElement("li"); none.className = "none"; none.append(words("Không tìm thấy bài viết nào.", "No article was found.")); list.append(none); }
    const count = document.createElement("b"); count.textContent = found.total;
    total.replaceChildren(...(found.more ? [words("hơn ", "more than ")] : []), count, " ", words("bài viết", "articles"));
    turn.replaceChildren();
    if (page > 1) turn.append(button(words("← Trang trước", "← Previous page"), page - 1));
    if (page < found.pages) { const next = button(words("Trang sau →", "Next page →"), page + 1); next.rel = "next"; turn.append(next); } };
  const run = async () => { const mine = ++asked, query = params();
    const found = await ask(query);
    if (mine !== asked) return;  // an answer to what is no longer asked
    show(found, plain(input.value).match(/[\p{L}\p{N}]+/gu) || []);
    try { history.replaceState(null, "", query.size ? `?${query}` : location.pathname); } catch { /* from a stick */ } };
  const soon = () => { page = 1; clearTimeout(timer); timer = setTimeout(run, 80); };

  form.addEventListener("submit", event => { event.preventDefault(); soon(); });
  input.addEventListener("input", soon);
  form.addEventListener("change", event => { if (event.target !== input) soon(); });
  main.querySelectorAll("rect[data-month]").forEach(bar => bar.addEventListener("click", () => {
    const year = form.elements.year, value = bar.dataset.month.slice(0, 4);
    year.value = year.value === value ? "" : value;
    soon(); }));
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing) { event.preventDefault(); input.focus(); input.select(); }
    else if (event.key === "Escape" && event.target === input) { input.value = ""; soon(); }
    else if ((event.key === "j" && !typing) || (event.key === "ArrowDown" && event.target === input)) move(1, event);
    else if ((event.key === "k" && !typing) || (event.key === "ArrowUp" && event.target === input)) move(-1, event);
    else if (event.key === "Enter" && chosen >= 0 && (!typing || event.target === input)) { event.preventDefault(); list.children[chosen].querySelector("a").click(); } });
  const move = (step, event) => { event.preventDefault();
    const hits = [...list.querySelectorAll("li:not(.none)")];
    if (!hits.length) return;
    hits[chosen]?.removeAttribute("aria-selected");
    chosen = Math.min(Math.max(chosen + step, 0), hits.length - 1);
    hits[chosen].setAttribute("aria-selected", "true");
    hits[chosen].scrollIntoView({ block: "nearest" }); };

  const given = new URLSearchParams(location.search);
  if (given.size && window.articleSearch) { for (const [name, text] of given) if (form.elements[name]) form.elements[name].value = text; page = Number(given.get("page")) || 1; run(); }
  else if (given.get("q")) page = Number(given.get("page")) || 1, run();
  if (matchMedia("(hover: hover)").matches) input.focus();
})();
