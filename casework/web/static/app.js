/* app.js — everything the pages need beyond htmx. No framework, no eval, no inline handlers.
   1 list keyboard (J K X / Esc ? and every data-key)  2 bulk bar  3 select-all  4 focus after a swap  5 busy buttons */
(function () {
  'use strict';
  var d = document;
  function $(s, r) { return (r || d).querySelector(s); }
  function $$(s, r) { return [].slice.call((r || d).querySelectorAll(s)); }
  function keysOn() { return d.documentElement.getAttribute('data-keys') !== 'off'; }   // the reader's own switch (WCAG 2.1.4)

  function rows() { return $$('table.tb tr.it'); }
  function cur() { return $('tr.cur'); }
  function move(step) {
    var r = rows(); if (!r.length) return;
    var n = r[Math.max(0, Math.min(r.length - 1, r.indexOf(cur()) + step))];
    if (cur()) cur().classList.remove('cur');
    n.classList.add('cur');
    var a = $('a.ti, th a, a', n); if (a) a.focus({ preventScroll: true });              // real focus follows: screen readers hear the row
    n.scrollIntoView({ block: 'nearest' });
  }
  function tick(row, v) {
    var c = $('input[type=checkbox]', row); if (!c) return;
    c.checked = v === undefined ? !c.checked : v; row.classList.toggle('sel', c.checked);
  }
  function bulk() {
    var b = $('.bulk'); if (!b) return;
    var n = $$('tr.it input[type=checkbox]:checked').length, t = $('b', b);
    b.hidden = !n && b.hasAttribute('data-hides');
    if (t) t.textContent = b.getAttribute('data-words').replace('%n', n);
  }
  function help(show) { var k = $('#keyhelp'); if (k) k.hidden = show === undefined ? !k.hidden : !show; }

  d.addEventListener('keydown', function (e) {
    if (e.isComposing || e.keyCode === 229) return;                                      // an input method is composing: never steal the key
    if (e.ctrlKey || e.metaKey || e.altKey || !keysOn()) return;
    var t = e.target;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) && t.type !== 'checkbox' && t.type !== 'radio') {
      if (e.key === 'Escape') t.blur();
      return;
    }
    var k = e.key.toLowerCase(), b;
    if (k === 'j' && rows().length) move(1);
    else if (k === 'k' && rows().length) move(-1);
    else if (k === 'x' && cur()) { tick(cur()); bulk(); }
    else if (k === '/') { b = $('.top .find input'); if (b) b.focus(); }
    else if (k === '?') help();
    else if (k === 'escape') { help(false); rows().forEach(function (r) { tick(r, false); }); bulk(); }
    else { b = $('[data-key="' + k.replace(/["\\]/g, '') + '"]'); if (!b) return; b.click(); }
    e.preventDefault();
  });
  d.addEventListener('change', function (e) {
    var c = e.target;
    if (c.hasAttribute('data-send') && c.form) { (c.form.requestSubmit ? c.form.requestSubmit() : c.form.submit()); return; }
    if (c.type !== 'checkbox') return;
    if (c.closest('thead')) rows().forEach(function (r) { tick(r, c.checked); });
    else if (c.closest('tr.it')) c.closest('tr.it').classList.toggle('sel', c.checked);
    bulk();
  });
  d.addEventListener('click', function (e) {
    var a = e.target.closest('[data-help],[data-print],[data-clear]'); if (!a) return;
    if (a.hasAttribute('data-help')) { e.preventDefault(); help(); }
    else if (a.hasAttribute('data-print')) { e.preventDefault(); window.print(); }
    else { e.preventDefault(); rows().forEach(function (r) { tick(r, false); }); bulk(); }
  });
  // one press, one request: a submitted form says that it is busy
  d.addEventListener('submit', function (e) {
    if (e.target.method !== 'post') return;
    if (e.target.hasAttribute('data-busy')) { e.preventDefault(); return; }
    e.target.setAttribute('data-busy', '');
    setTimeout(function () { $$('button[type=submit]', e.target).forEach(function (b) { b.setAttribute('aria-disabled', 'true'); }); }, 0);
  });
  window.addEventListener('pageshow', function () { $$('form[data-busy]').forEach(function (f) { f.removeAttribute('data-busy'); $$('button', f).forEach(function (b) { b.removeAttribute('aria-disabled'); }); }); });

  // after htmx swaps a list, put focus back on the same case instead of <body>
  var keep = null;
  d.addEventListener('htmx:beforeSwap', function () { var a = cur() && $('a.ti', cur()); keep = a ? a.getAttribute('href') : null; });
  d.addEventListener('htmx:afterSettle', function () {
    bulk();
    if (!keep) return;
    var a = $$('a.ti').filter(function (x) { return x.getAttribute('href') === keep; })[0];
    if (a) { a.closest('tr').classList.add('cur'); a.focus({ preventScroll: true }); }
  });
  var wrong = $('.errors'); if (wrong) wrong.focus();
  bulk();
})();
