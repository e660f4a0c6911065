"use strict";
// The search of a folder without a server: data come from scripts, which a page may load also from a stick.
(() => {
  const known = new Map(), waiting = new Map();
  const root = document.body?.dataset.root ?? "";
  window.archiveData = (kind, name, value) => {
    known.set(`${kind}/${name}`, value);
    waiting.get(`${kind}/${name}`)?.(value);
  };
  const load = (kind, name) => {
    const key = `${kind}/${name}`;
    if (known.has(key)) return Promise.resolve(known.get(key));
    return new Promise(resolve => {
      waiting.set(key, resolve);
      const script = document.createElement("script");
      script.src = kind === "facets" ? `${root}data/facets.js` : `${root}data/${kind}/${name}.js`;
      script.onerror = () => { known.set(key, null); resolve(null); };
      document.head.append(script);
    });
  };
  const plain = text => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const shard = word => /^[a-z0-9]{1,2}/.test(word) && /^[\x00-\x7f]*$/.test(word.slice(0, 2)) ? word.slice(0, 2) : "_";
  // Articles are marks in an array, one for each number: a search is as much work for a common word as for a rare one.
  const mark = (marks, text) => {
    let at = 0, gap = 0;
    for (let place = 0; place < text.length; place++) {
      const code = text.charCodeAt(place);
      if (code === 44) { at += gap; marks[at] = 1; gap = 0; }
      else gap = gap * 36 + (code < 58 ? code - 48 : code - 87);
    }
    if (text) marks[at + gap] = 1;
    return marks;
  };
  const meet = (marks, others) => { for (let at = 0; at < marks.length; at++) marks[at] &= others[at]; };

  // A word may be "constructor": only what the data hold counts.
  const own = (data, name) => Object.hasOwn(data, name) ? data[name] : undefined;

  // Articles of one word: [all, those with it in the title]. The last word is still being typed.
  const lookUp = async (word, open, size) => {
    const found = await load("words", shard(word)) || {};
    const names = !open ? [word] : word.length < 2 ? [`${word}*`] : Object.keys(found).filter(one => one.startsWith(word));
    const all = new Uint8Array(size), titled = new Uint8Array(size);
    for (const name of names) {
      const [every, titles] = (own(found, name) ?? "").split("|");
      mark(all, every);
      mark(titled, titles ?? "");
    }
    return [all, titled];
  };

  window.articleSearch = async query => {
    const facets = await load("facets", "facets");
    const length = facets.total + 1;
    const words = plain(query.get("q") ?? "").match(/[\p{L}\p{N}]+/gu) || [];
    const all = new Uint8Array(length).fill(1), titled = new Uint8Array(length).fill(words.length ? 1 : 0);
    all[0] = 0;
    for (const [place, word] of words.entries()) {
      const [every, titles] = await lookUp(word, place === words.length - 1, length);
      meet(all, every);
      meet(titled, titles);
    }
    for (const name of ["year", "section", "author", "edit"]) {
      const value = query.get(name);
      if (value) meet(all, mark(new Uint8Array(length), own(facets[name], value) ?? ""));
    }
    // What has every word in its title comes first; within both the newest.
    meet(titled, all);
    const ordered = [];
    for (const wanted of [1, 0]) for (let at = 1; at < length; at++) if (all[at] && titled[at] === wanted) ordered.push(at);
    const size = Number(document.querySelector("[data-page-size]").dataset.pageSize);
    const page = Number(query.get("page")) || 1;
    const hits = [];
    for (const number of ordered.slice((page - 1) * size, page * size)) {
      const part = await load("hits", Math.floor((number - 1) / facets.page));
      const [name, title, date, section, byline, versions, snippet] = part[(number - 1) % facets.page];
      hits.push({ link: `${root}a/${name}.html`, title, date, section, byline, versions, snippet });
    }
    return { total: ordered.length, more: false, pages: Math.ceil(ordered.length / size) || 1, hits };
  };
})();
