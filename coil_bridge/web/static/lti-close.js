/* Moodle closes its registration frame when the tool says so (1EdTech Dynamic Registration 1.0, 3.7). */

for (const button of document.querySelectorAll("[data-close-in]")) {
  const moodle = window.opener ?? (window.parent === window ? null : window.parent);
  button.hidden = moodle === null;
  button.addEventListener("click", () => {
    moodle.postMessage({ subject: "org.imsglobal.lti.close" }, button.dataset.closeIn);
  });
}
