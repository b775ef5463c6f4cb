/**
 * What the language and the web have and QuickJS lacks, from core-js: explicit resource management, Array.fromAsync, URL,
 * structuredClone, atob and btoa with their DOMException. Single modules where an entry point would bring a second Promise.
 */
import "core-js/modules/es.symbol.dispose.js";
import "core-js/modules/es.symbol.async-dispose.js";
import "core-js/modules/es.suppressed-error.constructor.js";
import "core-js/modules/es.disposable-stack.constructor.js";
import "core-js/modules/es.async-disposable-stack.constructor.js";
import "core-js/modules/es.iterator.dispose.js";
import "core-js/modules/es.array.from-async.js";
import "core-js/stable/url/index.js";
import "core-js/stable/structured-clone.js";
import "core-js/stable/atob.js";
import "core-js/stable/btoa.js";
