// Starts Swagger UI, which shows /openapi.json, where it is installed.

/** What swagger-ui-bundle.js defines. @type {((options: Record<string, unknown>) => unknown) | undefined} */
const swagger = /** @type {any} */ (window).SwaggerUIBundle;

swagger?.({ url: "/openapi.json", dom_id: "#interface", deepLinking: true, docExpansion: "none", defaultModelsExpandDepth: 0 });
