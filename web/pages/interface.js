// Starts Swagger UI, which shows /openapi.json, where it is installed; and names this ledger in the program to copy.
const program = document.getElementById("sign-in-program");
if (program) program.textContent = program.textContent?.replace("http://localhost:8420", location.origin) ?? "";

/** What swagger-ui-bundle.js defines. @type {((options: Record<string, unknown>) => unknown) | undefined} */
const swagger = /** @type {any} */ (window).SwaggerUIBundle;

swagger?.({ url: "/openapi.json", dom_id: "#interface", deepLinking: true, docExpansion: "none", defaultModelsExpandDepth: 0 });
