/* stay.js — says three minutes before a session ends, and lets its person stay. Without script the session ends all
   the same, and a form that was sent too late comes back filled. */
(function () {
  'use strict';
  var box = document.getElementById('stay'), WARN = 180, timer;
  if (!box) return;
  function part(name) { return box.querySelector('[data-' + name + ']'); }
  function show(name) {
    ['soon', 'last', 'over'].forEach(function (each) { part(each).hidden = each !== name; });
    box.hidden = !name;
  }
  function wait(idle, limit) {
    var left = Math.min(idle, limit), last = limit <= idle;
    clearTimeout(timer);
    show('');
    timer = setTimeout(function () {
      show(last ? 'last' : 'soon');
      timer = setTimeout(function () { show('over'); }, Math.min(left, WARN) * 1000);
    }, Math.min(Math.max(0, left - WARN) * 1000, 2147483647));
  }
  part('more').addEventListener('click', function () {
    fetch(box.getAttribute('data-address'), { method: 'POST', headers: { 'X-CSRFToken': box.getAttribute('data-token') }, credentials: 'same-origin' })
      .then(function (r) { if (!r.ok || r.redirected) throw r; return r.json(); })
      .then(function (told) { wait(told.idle, told.limit); })
      .catch(function () { show('over'); });
  });
  wait(+box.getAttribute('data-idle'), +box.getAttribute('data-limit'));
})();
