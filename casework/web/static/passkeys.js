/* passkeys.js — asks the browser for a passkey and puts its answer into the form. Without script, or in a browser
   that knows none, whatever carries data-passkey stays hidden and the other ways remain. */
(function () {
  'use strict';
  var d = document;
  function bytes(text) {
    var plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = ''; new Uint8Array(buffer).forEach(function (b) { plain += String.fromCharCode(b); });
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  function opened(list) { return (list || []).map(function (c) { return { type: 'public-key', id: bytes(c.id), transports: c.transports }; }); }
  function asked(form) {
    var o = JSON.parse(form.getAttribute('data-options'));
    o.challenge = bytes(o.challenge);
    if (form.getAttribute('data-passkey') !== 'register') {
      o.allowCredentials = opened(o.allowCredentials);
      return navigator.credentials.get({ publicKey: o });
    }
    o.user.id = bytes(o.user.id); o.excludeCredentials = opened(o.excludeCredentials);
    return navigator.credentials.create({ publicKey: o });
  }
  function answer(c) {
    var r = c.response, told = { clientDataJSON: text(r.clientDataJSON) };
    if (r.attestationObject) { told.attestationObject = text(r.attestationObject); told.transports = r.getTransports ? r.getTransports() : []; }
    else { told.authenticatorData = text(r.authenticatorData); told.signature = text(r.signature); told.userHandle = r.userHandle ? text(r.userHandle) : null; }
    return JSON.stringify({ id: c.id, rawId: text(c.rawId), type: c.type, response: told, clientExtensionResults: {} });
  }
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  [].forEach.call(d.querySelectorAll('form[data-passkey]'), function (form) {
    form.hidden = false;
    form.addEventListener('submit', function (e) {
      var field = form.querySelector('[data-answer]');
      if (field.value) return;
      e.preventDefault(); e.stopPropagation();
      asked(form).then(function (c) { field.value = answer(c); form.submit(); })
        .catch(function () { var said = form.querySelector('[data-failed]'); if (said) said.hidden = false; form.removeAttribute('data-busy'); });
    });
  });
})();
