// Starts Swagger UI from data attributes, because the content security policy allows no inline script.
addEventListener('DOMContentLoaded', () => {
  const box = document.getElementById('swagger-ui');
  window.ui = window.SwaggerUIBundle({
    url: box.dataset.schema,
    dom_id: '#swagger-ui',
    deepLinking: true,
    persistAuthorization: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    requestInterceptor: (request) => {
      request.headers['X-CSRFToken'] = box.dataset.csrf;
      return request;
    },
  });
});
