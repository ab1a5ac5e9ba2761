// Sends what stands in a form to the API with the token of this page, and shows the answer.
"use strict";

function asked(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = { Authorization: `Bearer ${document.getElementById("token").value.trim()}` };
  const parts = new FormData();
  let body;
  for (const field of form.querySelectorAll("[data-in]")) {
    const { in: place, name } = field.dataset;
    if (place === "body") body = field.value;
    else if (place === "part" && field.type === "file") { if (field.files[0]) parts.append(name, field.files[0]); }
    else if (!field.value) continue;
    else if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(field.value));
    else if (place === "query") query.append(name, field.value);
    else if (place === "header") headers[name] = field.value;
    else parts.append(name, field.value);
  }
  if (form.dataset.media === "application/json") headers["Content-Type"] = "application/json";
  if (form.dataset.media === "multipart/form-data") body = parts;
  const address = query.size ? `${path}?${query}` : path;
  return [address, { method: form.dataset.method, headers, body, credentials: "omit" }];
}

async function shown(answer) {
  const kept = ["etag", "location", "content-type", "idempotency-replayed"];
  const head = kept.filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
  const type = answer.headers.get("content-type") || "";
  let text = "";
  if (type.includes("json")) text = JSON.stringify(await answer.json(), null, 2);
  else if (type.startsWith("text/")) text = await answer.text();
  else text = `(${(await answer.blob()).size} bytes)`;
  return [`${answer.status} ${answer.statusText}`, ...head, "", text].join("\n");
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = event.target.querySelector("pre");
  place.textContent = "…";
  try {
    place.textContent = await shown(await fetch(...asked(event.target)));
  } catch (fault) {
    place.textContent = String(fault);
  }
});
