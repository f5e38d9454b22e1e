"use strict";
window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#api",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    displayOperationId: true,
    validatorUrl: null,
    persistAuthorization: false,
  });
});
