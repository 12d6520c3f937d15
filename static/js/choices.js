// Check boxes in groups: the first of a [data-group] stands for all the others. Without it the server adds them.
(() => {
  for (const group of document.querySelectorAll("[data-group]")) {
    const [all, ...boxes] = group.querySelectorAll("input[type=checkbox]");
    const look = () => {
      const count = boxes.filter((box) => box.checked).length;
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    };
    group.addEventListener("change", (event) => {
      if (event.target === all) for (const box of boxes) box.checked = all.checked;
      look();
    });
    if (all.checked) for (const box of boxes) box.checked = true;
    look();
  }
})();
