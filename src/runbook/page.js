"use strict";
(() => {
  const field = document.getElementById("q");
  const status = document.getElementById("status");
  const all = document.getElementById("all");
  const results = document.getElementById("results");
  const MOST = 20;
  const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
  const textOf = (node, selector) =>
    [...node.querySelectorAll(selector)].map((part) => part.textContent).join("\n");

  // A word weighs most in the best part of a rule that it stands in.
  const PARTS = [
    ["code", 3], ["h3", 5], [".tags", 5], ["pre.example", 4], ["dd", 2],
  ];
  const rules = [...document.querySelectorAll("article")].map((node) => {
    const weights = new Map();
    for (const [selector, weight] of PARTS) {
      for (const word of wordsOf(textOf(node, selector))) {
        weights.set(word, Math.max(weight, weights.get(word) || 0));
      }
    }
    const literals = [...node.querySelectorAll("dd code")]
      .map((part) => part.textContent.toLowerCase()).filter((text) => text.length > 5);
    return { node, id: node.id, home: node.parentNode, weights, literals };
  });
  const holders = new Map();
  for (const rule of rules) {
    for (const word of rule.weights.keys()) holders.set(word, (holders.get(word) || 0) + 1);
  }
  const rarity = (word) => Math.log(1 + rules.length / (holders.get(word) || 1));

  // Returns the words of the catalogue that a word of the query stands for, with their share.
  const meanings = (word, isWhole) => {
    if (holders.has(word)) return [[word, 1]];
    if (isWhole || word.length < 2) return [];
    return [...holders.keys()].filter((known) => known.startsWith(word)).map((known) => [known, 0.7]);
  };

  const find = (query) => {
    const words = [...new Set(wordsOf(query))];
    const isLine = words.length > 6;
    const wanted = words.map((word) => meanings(word, isLine));
    const lower = query.toLowerCase();
    const scored = rules.map((rule) => {
      let score = 0;
      let hits = 0;
      for (const known of wanted) {
        let best = 0;
        for (const [word, share] of known) {
          best = Math.max(best, share * rarity(word) * (rule.weights.get(word) || 0));
        }
        score += best;
        hits += best > 0 ? 1 : 0;
      }
      if (rule.id === lower) score += 1000;
      // Words that a rule is recognized by tell more than the same words here and there.
      for (const text of rule.literals) if (lower.includes(text)) score += 10 + text.length;
      return { rule, score, hits };
    }).filter((found) => found.score > 0);
    const whole = scored.filter((found) => found.hits === words.length);
    const chosen = !isLine && whole.length ? whole : scored;
    chosen.sort((a, b) => b.score - a.score);
    const floor = !isLine && whole.length ? 0 : 0.4 * (chosen[0] ? chosen[0].score : 0);
    return chosen.filter((found) => found.score >= floor);
  };

  const show = () => {
    const query = field.value.trim();
    for (const rule of rules) rule.home.append(rule.node);
    const isOn = wordsOf(query).length > 0;
    all.hidden = isOn;
    results.hidden = !isOn;
    status.textContent = "";
    if (!isOn) return;
    const found = find(query);
    const shown = found.slice(0, MOST);
    for (const { rule } of shown) results.append(rule.node);
    const noun = found.length === 1 ? "rule" : "rules";
    status.textContent = !found.length
      ? "No rule has these words. Try fewer, or only a code or the words behind the last colon."
      : `${found.length} ${noun}, best first` + (found.length > MOST ? `; the first ${MOST} are shown` : "");
  };

  // A link to a rule opens it, whatever is being looked for.
  const open = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return; }
    const target = id && document.getElementById(id);
    if (!target) return;
    if (target.closest("[hidden]")) {
      field.value = "";
      show();
    }
    target.scrollIntoView();
  };

  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 80);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "Escape" && field.value) {
      field.value = "";
      show();
      field.focus();
    }
  });
  addEventListener("hashchange", open);
  addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a[href^='#']") : null;
    if (link && link.hash === location.hash) open();
  });
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });
  document.querySelector(".bar").hidden = false;
  show();
  open();
})();
