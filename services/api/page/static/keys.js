// Keys: single letters, off at a switch, and the same places on a keyboard of another script.

const dialog = document.getElementById("keys");
const on = document.getElementById("keys-on");

try {
  on.checked = localStorage.getItem("keys") !== "off";
} catch {
  // Without storage the switch holds for this page.
}
on.addEventListener("change", () => {
  try {
    localStorage.setItem("keys", on.checked ? "on" : "off");
  } catch {
    // As above.
  }
});

const open = document.getElementById("keys-open");
open.hidden = false;
open.addEventListener("click", () => dialog.showModal());

// What stands on the key where the layout is Latin; else what would stand there on a Latin one.
function letter(event) {
  if (/^[a-z/?]$/iu.test(event.key)) return event.key.toLowerCase();
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return /^[\p{Script=Latin}\p{P}]$/u.test(event.key) ? "" : /^Key([A-Z])$/u.exec(event.code)?.[1].toLowerCase() ?? "";
}

export function listen(actions) {
  const all = { ...actions, "?": () => dialog.showModal() };
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const name = letter(event);
    if (!Object.hasOwn(all, name)) return;
    all[name]();
    event.preventDefault();
  });
}

// Another site learns nothing of this one, and cannot reach it.
export function visit(address) {
  if (/^https?:/u.test(address ?? "")) window.open(address, "_blank", "noopener,noreferrer");
}
