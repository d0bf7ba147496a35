// The behaviour of every page. Handlers are delegated from document, so fragments that htmx swaps in need no initialisation.
import './requests.js';
import './theme-toggle.js';
import './toasts.js';
import './dialogs.js';
import './menus.js';
import './selection.js';
import './filters.js';
import './query.js';
import './views.js';
import './keyboard.js';
import './palette.js';
import './composer.js';
import './live.js';
import './times.js';
import './sla.js';
import './graph.js';
import './shell.js';
