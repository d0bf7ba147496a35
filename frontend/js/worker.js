// The service worker: shows a page that came by Web Push, and opens what it is about. It caches nothing.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  let page = {};
  try { page = event.data?.json() ?? {}; } catch { /* a push without words still is a page */ }
  event.waitUntil(self.registration.showNotification(page.title || 'Evenkeel', {
    body: page.text, tag: page.tag, icon: '/static/favicon.svg', requireInteraction: Boolean(page.important), renotify: Boolean(page.tag),
    data: { url: page.answer_url || page.url || '/' }, vibrate: page.important ? [300, 150, 300, 150, 600] : undefined,
  }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
