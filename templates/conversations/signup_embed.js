{% comment %}Runs on another site. Variables: address, title.{% endcomment %}(function () {
  var here = document.currentScript, frame = document.createElement("iframe");
  frame.src = "{{ address|escapejs }}";
  frame.title = "{{ title|escapejs }}";
  frame.referrerPolicy = "origin";
  frame.style.cssText = "width:100%;max-width:560px;height:640px;border:0";
  here.parentNode.insertBefore(frame, here);
  window.addEventListener("message", function (event) {
    if (event.source === frame.contentWindow && event.data && event.data.signupHeight > 0) {
      frame.style.height = Math.min(4000, Math.ceil(event.data.signupHeight)) + "px";
    }
  });
})();
