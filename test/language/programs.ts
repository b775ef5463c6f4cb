/** Bodies of async functions, in JavaScript or TypeScript; each returns what JSON holds, and must return the same in Node. */
export const PROGRAMS: readonly (readonly [name: string, body: string])[] = [
  [
    "iterator helpers: map take",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return users.values().map((u) => u.n).take(1).toArray();',
  ],
  [
    "iterator helpers: break",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);for (const n of users.values().map((u) => u.n)) { if (n) break; } return \'left\';',
  ],
  [
    "iterator helpers: return inside",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return (() => { for (const n of users.keys().filter(() => true)) return n; })();',
  ],
  [
    "iterator helpers: destructure",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);const [first] = users.values().map((u) => u.n); return first;',
  ],
  [
    "iterator helpers: find",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return users.values().map((u) => u.n).find((n) => n === 1);',
  ],
  [
    "iterator helpers: some",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return users.values().map((u) => u.n).some((n) => n === 1);',
  ],
  [
    "iterator helpers: every",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return users.values().map((u) => u.n).every((n) => n === 9);',
  ],
  [
    "iterator helpers: throw inside",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);try { for (const n of users.values().map((u) => u.n)) throw new Error(\'mine \' + n); } catch (e) { return e.message; }',
  ],
  [
    "iterator helpers: take alone",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return users.values().take(1).toArray();',
  ],
  [
    "iterator helpers: drop take",
    'const users = new Map([["a", { n: 1 }], ["b", { n: 2 }]]);return users.values().drop(1).take(1).map((u) => u.n).toArray();',
  ],
  [
    "iterator helpers: take of generator",
    "return (function* () { yield 1; yield 2; })().map((x) => x).take(1).toArray();",
  ],
  ["iterator helpers: return()", "return [1].values().map((x) => x).return(5);"],
  ["iterator helpers: flatMap take", "return [1, 2].values().flatMap((x) => [x, x]).take(1).toArray();"],
  [
    "iterator helpers: from take",
    "return Iterator.from({ next: () => ({ done: false, value: 1 }) }).take(2).toArray();",
  ],
  [
    "iterator helpers: closes the source",
    "let closed = 0; function* g() { try { yield 1; yield 2; } finally { closed++; } } const r = g().map((x) => x * 2).take(1).toArray(); return [r, closed];",
  ],
  [
    "iterator helpers: flatMap closes inner",
    "let log = []; function* inner() { try { yield 1; yield 2; } finally { log.push('inner'); } } function* outer() { try { yield 1; } finally { log.push('outer'); } } for (const x of outer().flatMap(() => inner())) break; return log;",
  ],
  [
    "iterator helpers: reduce forEach",
    "let s = 0; [1,2,3].values().forEach((x) => { s += x; }); return [s, [1,2,3].values().reduce((a, b) => a + b), [1,2].values().reduce((a,b)=>a+b, 10)];",
  ],
  ["iterator helpers: reduce empty", "try { [].values().reduce((a, b) => a); } catch (e) { return e.name; }"],
  ["iterator helpers: counter args", "return ['a','b'].values().map((x, i) => x + i).toArray();"],
  [
    "iterator helpers: bad take",
    "return [-1, NaN, 'x'].map((n) => { try { [1].values().take(n); return 'ok'; } catch (e) { return e.name; } });",
  ],
  ["iterator helpers: not callable", "try { [1].values().map(1); } catch (e) { return e.name; }"],
  [
    "iterator helpers: mapper throws closes",
    "let closed = 0; const it = { __proto__: Iterator.prototype, next: () => ({ value: 1, done: false }), return() { closed++; return {}; } }; try { it.map(() => { throw new Error('x'); }).next(); } catch (e) { return [e.message, closed]; }",
  ],
  [
    "iterator helpers: toStringTag",
    "return [Object.prototype.toString.call([].values().map(x => x)), Iterator.prototype[Symbol.toStringTag], String([].values())];",
  ],
  [
    "iterator helpers: instanceof",
    "return [[].values() instanceof Iterator, (function*(){})() instanceof Iterator, Iterator.from({next(){}}) instanceof Iterator];",
  ],
  [
    "iterator helpers: subclass",
    "class C extends Iterator { next() { return { done: true }; } } return [new C().toArray(), (() => { try { new Iterator(); } catch (e) { return e.name; } })()];",
  ],
  ["iterator helpers: spread of helper", "return [...new Set([1,2,3]).values().filter((x) => x > 1)];"],
  ["iterator helpers: from string", "return Iterator.from('ab').toArray();"],
  ["iterator helpers: next after done", "const i = [1].values().map((x) => x); i.next(); return [i.next(), i.next()];"],
  [
    "iterator helpers: return after done",
    "const i = [1].values().map((x) => x); i.next(); i.next(); return i.return();",
  ],
  [
    "iterator helpers: return before start closes source",
    "let c = 0; const s = { __proto__: Iterator.prototype, next() { return { done: true }; }, return() { c++; return {}; } }; const m = s.map((x) => x); m.return(); m.return(); return [c, m.next()];",
  ],
  ["iterator helpers: entries of a map", "return new Map([[1,2]]).entries().map(([k, v]) => k + v).toArray();"],
  [
    "iterator helpers: string iterator",
    "return 'héllo'[Symbol.iterator]().filter((c) => c !== 'l').toArray().join('');",
  ],
  ["iterator helpers: regexp matchAll", "return 'a1b2'.matchAll(/\\d/g).map((m) => m[0]).toArray();"],
  ["iterator helpers: array from helper", "return Array.from([3,1,2].values().map((x) => x * 2)).sort();"],
  [
    "iterator helpers: names",
    "return ['map','filter','take','drop','flatMap','reduce','toArray','forEach','some','every','find'].map((n) => [Iterator.prototype[n].name, Iterator.prototype[n].length]);",
  ],
  [
    "for-of: yield in head",
    "function* ask() { const out = []; for (const x of yield 'rows') out.push(x); return out; } const it = ask(); const q = it.next().value; return [q, it.next([1, 2]).value];",
  ],
  [
    "for-of: yield* in head",
    "function* g() { for (const x of yield* [1,2]) ; } try { [...g()]; } catch (e) { return e.name; }",
  ],
  [
    "for-of: yield in parens",
    "function* ask() { const out = []; for (const x of (yield 'rows')) out.push(x); return out; } const it = ask(); it.next(); return it.next([1, 2]).value;",
  ],
  [
    "for-of: yield in for-in head",
    "function* g() { const k = []; for (const x in yield 1) k.push(x); return k; } const i = g(); i.next(); return i.next({a:1,b:2}).value;",
  ],
  [
    "for-of: yield in for head",
    "function* g() { const k = []; for (let i = yield 1; i < (yield 2); i += yield 3) k.push(i); return k; } const i = g(); i.next(); i.next(0); i.next(1); i.next(5); return i.next(1).value;",
  ],
  ["for-of: await in head", "const out = []; for (const x of await Promise.resolve([1,2])) out.push(x); return out;"],
  [
    "for-of: await in for-in head",
    "const out = []; for (const x in await Promise.resolve({a:1})) out.push(x); return out;",
  ],
  ["for-of: for await", "const out = []; for await (const x of [Promise.resolve(1), 2]) out.push(x); return out;"],
  [
    "for-of: for await async gen",
    "async function* g() { yield 1; yield Promise.resolve(2); } const out = []; for await (const x of g()) out.push(x); return out;",
  ],
  [
    "for-of: for await break",
    "let closed = 0; async function* g() { try { yield 1; yield 2; } finally { closed = 1; } } for await (const x of g()) break; return closed;",
  ],
  [
    "for-of: for await yield in head",
    "async function* g() { for await (const x of yield 1) yield x; } const i = g(); const a = await i.next(); const b = await i.next([5]); return [a, b];",
  ],
  [
    "for-of: closures",
    "const f = []; for (const i of [1,2,3]) f.push(() => i); for (let i = 0; i < 3; i++) f.push(() => i); return f.map((x) => x());",
  ],
  [
    "for-of: destructure in head",
    "const o = []; for (const [k, { v = 5 }] of Object.entries({ a: {}, b: { v: 1 } })) o.push(k + v); return o;",
  ],
  ["for-of: member target", "const o = {}; for (o.x of [1,2]) ; for (o['y'] in {z:1}) ; return o;"],
  [
    "for-of: continue label",
    "const o = []; outer: for (const a of [1,2]) for (const b of [1,2]) { if (b === 2) continue outer; o.push([a,b]); } return o;",
  ],
  [
    "for-of: break in finally",
    "const o = []; for (const x of [1,2,3]) { try { if (x === 2) break; o.push(x); } finally { o.push('f'); } } return o;",
  ],
  [
    "for-of: return in finally",
    "function f() { for (const x of [1]) { try { return 'a'; } finally { return 'b'; } } } return f();",
  ],
  [
    "for-of: yield as destructuring default",
    "function* g() { const { a = yield 1 } = {}; const [b = yield 2] = []; return [a, b]; } const i = g(); i.next(); i.next('A'); return i.next('B').value;",
  ],
  [
    "for-of: yield in template",
    "function* g() { return `${yield 1}-${yield 2}`; } const i = g(); i.next(); i.next('A'); return i.next('B').value;",
  ],
  [
    "for-of: yield in args",
    "function* g() { return Math.max(yield 1, yield 2); } const i = g(); i.next(); i.next(4); return i.next(3).value;",
  ],
  [
    "for-of: yield in computed key",
    "function* g() { return { [yield 1]: yield 2 }; } const i = g(); i.next(); i.next('k'); return i.next(3).value;",
  ],
  [
    "for-of: yield in class key",
    "function* g() { return class { static [yield 1] = 5; }; } const i = g(); i.next(); return i.next('k').value.k;",
  ],
  [
    "for-of: yield in switch",
    "function* g() { switch (yield 1) { case yield 2: return 'same'; default: return 'other'; } } const i = g(); i.next(); i.next(4); return i.next(4).value;",
  ],
  [
    "for-of: yield in conditional, spread, optional",
    "function* g() { return [...(yield 1), (yield 2)?.a, (yield 3) ?? 'd', (yield 4) ? 1 : 2]; } const i = g(); i.next(); i.next([1]); i.next(null); i.next(null); return i.next(0).value;",
  ],
  [
    "for-of: yield in while, do, throw",
    "function* g() { while (yield 1) ; do ; while (yield 2); throw yield 3; } const i = g(); i.next(); i.next(0); i.next(0); try { i.next('t'); } catch (e) { return e; }",
  ],
  [
    "for-of: yield in new and tagged",
    "function* g() { const t = (s, ...v) => v; return [new (yield 1)(yield 2), t`${yield 3}`, (yield 4).x, delete (yield 5).x]; } const i = g(); i.next(); i.next(Array); i.next(2); i.next('v'); i.next({x:1}); return i.next({x:1}).value.length;",
  ],
  [
    "for-of: yield in assignment",
    "function* g() { let o = {}; o.a = yield 1; o[yield 2] += yield 3; o.q ??= yield 4; return o; } const i = g(); i.next(); i.next(1); i.next('a'); i.next(5); return i.next(6).value;",
  ],
  [
    "for-of: yield in with return",
    "function* g() { return yield yield yield 1; } const i = g(); return [i.next().value, i.next(2).value, i.next(3).value, i.next(4)];",
  ],
  [
    "for-of: delegation",
    "function* a() { const r = yield* b(); yield r; } function* b() { yield 1; return 2; } return [...a()];",
  ],
  [
    "for-of: delegate return/throw",
    "const log = []; function* b() { try { yield 1; } catch (e) { log.push(e); yield 9; } finally { log.push('f'); } } function* a() { yield* b(); } const i = a(); i.next(); log.push(i.throw('t').value); i.return(3); return log;",
  ],
  [
    "for-of: async gen in for head parenthesised await",
    "async function* g() { for (const x of await (yield 1)) yield x; } const i = g(); await i.next(); return [await i.next([7]), await i.next()];",
  ],
  [
    "using: using",
    "const log = []; { using a = { [Symbol.dispose]() { log.push('a'); } }; using b = { [Symbol.dispose]() { log.push('b'); } }; log.push('body'); } return log;",
  ],
  [
    "using: await using",
    "const log = []; { await using a = { async [Symbol.asyncDispose]() { await null; log.push('a'); } }; log.push('body'); } return log;",
  ],
  [
    "using: using in for",
    "const log = []; for (using a of [{ [Symbol.dispose]() { log.push('d'); } }]) log.push('x'); return log;",
  ],
  [
    "using: suppressed",
    "try { using a = { [Symbol.dispose]() { throw new Error('d'); } }; throw new Error('b'); } catch (e) { return [e.name, e.error?.message, e.suppressed?.message, e instanceof SuppressedError]; }",
  ],
  ["using: null resource", "using a = null; return 'fine';"],
  ["using: not disposable", "try { using a = {}; } catch (e) { return e.name; }"],
  [
    "using: DisposableStack",
    "const log = []; { using s = new DisposableStack(); s.defer(() => log.push('d')); s.adopt(5, (v) => log.push(v)); s.use({ [Symbol.dispose]() { log.push('u'); } }); } return log;",
  ],
  [
    "using: AsyncDisposableStack",
    "const log = []; { await using s = new AsyncDisposableStack(); s.defer(async () => { await null; log.push('d'); }); } return log;",
  ],
  [
    "using: iterator dispose",
    "let closed = 0; function* g() { try { yield 1; } finally { closed = 1; } } { using i = g(); i.next(); } return closed;",
  ],
  [
    "using: async iterator dispose",
    "let closed = 0; async function* g() { try { yield 1; } finally { closed = 1; } } { await using i = g(); await i.next(); } return closed;",
  ],
  [
    "using: symbols",
    "return [String(Symbol.dispose), String(Symbol.asyncDispose), typeof SuppressedError, typeof DisposableStack, typeof AsyncDisposableStack];",
  ],
  [
    "using: using in function with return",
    "const log = []; function f() { using a = { [Symbol.dispose]() { log.push('d'); } }; return log.push('r'); } f(); return log;",
  ],
  [
    "objects: spread of primitives",
    "return [{ ...'hi' }, { ...5 }, { ...[1] }, { ...new String('yo') }, { ...null }, { ...undefined }, { ...true }, { ...Symbol('x') }, { ...10n }, {...'é🎉'}];",
  ],
  ["objects: spread merges", "return { a: 1, ...'xy', b: 2, ...{ a: 3 } };"],
  [
    "objects: rest of primitives",
    "const { ...r } = 'ab'; const { 0: z, ...s } = 'ab'; return [r, z, s, (({ ...q }) => q)('cd')];",
  ],
  ["objects: assign string", "return Object.assign({}, 'hi', null, [9]);"],
  [
    "objects: spread getters",
    "let n = 0; const o = { get a() { n++; return 1; } }; const c = { ...o }; return [c, n, Object.getOwnPropertyDescriptor(c, 'a')];",
  ],
  [
    "objects: spread order and symbols",
    "const s = Symbol('s'); const o = { b: 1, 2: 1, a: 1, 1: 1, [s]: 1 }; return [Object.keys({ ...o }), Object.getOwnPropertySymbols({ ...o }).length];",
  ],
  [
    "objects: spread proxy",
    "const log = []; const px = new Proxy({ a: 1, b: 2 }, { ownKeys(t) { log.push('k'); return Reflect.ownKeys(t); }, get(t, k) { log.push('g' + String(k)); return t[k]; }, getOwnPropertyDescriptor(t, k) { log.push('d' + String(k)); return Reflect.getOwnPropertyDescriptor(t, k); } }); ({ ...px }); return log;",
  ],
  [
    "objects: spread __proto__",
    'const c = { ...JSON.parse(\'{"__proto__": {"x": 1}}\') }; return [Object.keys(c), c.x === undefined];',
  ],
  ["objects: spread setter on target", "return Object.keys({ __proto__: { set a(v) { throw 1; } }, ...{ a: 1 } });"],
  ["objects: rest of Map, Date", "const { ...r } = new Map([[1, 2]]); return r;"],
  ["objects: spread typed array", "return [{ ...new Uint8Array([1,2]) }, {...Object('str')}];"],
  ["objects: rest computed", "const k = 'a'; const { [k]: v, ...rest } = { a: 1, b: 2, c: 3 }; return [v, rest];"],
  ["objects: nested rest", "const { a: { b, ...r1 }, ...r2 } = { a: { b: 1, c: 2 }, d: 3 }; return [b, r1, r2];"],
  [
    "objects: rest in params and catch",
    "const f = ({ a, ...r }, [x, ...y]) => [a, r, x, y]; try { throw { a: 1, b: 2 }; } catch ({ a, ...r }) { return [f({ a: 1, b: 2 }, [1, 2, 3]), a, r]; }",
  ],
  [
    "objects: rest in for-of and assignment",
    "let r; const o = []; for ({ a: r } of [{ a: 1 }]) o.push(r); for (const { a, ...q } of [{ a: 1, b: 2 }]) o.push(q); let w; ({ x: w, ...r } = { x: 1, y: 2 }); return [o, w, r];",
  ],
  [
    "objects: getters setters",
    "const o = { _x: 1, get x() { return this._x; }, set x(v) { this._x = v * 2; } }; o.x = 5; return o.x;",
  ],
  [
    "objects: computed methods",
    "const k = 'm'; return { [k + 1]() { return 1; }, async [k + 2]() {}, *[k + 3]() {}, get [k + 4]() { return 4; } }.m4;",
  ],
  [
    "objects: super in object",
    "const a = { m() { return 'a'; } }; const b = { __proto__: a, m() { return super.m() + 'b'; } }; return b.m();",
  ],
  [
    "objects: groupBy",
    "return [Object.groupBy([1, 2, 3], (x) => (x % 2 ? 'odd' : 'even')), [...Map.groupBy([1, 2, 3], (x) => x % 2)]];",
  ],
  ["objects: fromEntries", "return Object.fromEntries(new Map([['a', 1]]));"],
  ["objects: hasOwn", "return [Object.hasOwn({ a: 1 }, 'a'), Object.hasOwn('str', 0)];"],
  ["objects: key order", "return Object.keys({ z: 1, 10: 1, 9: 1, a: 1, '-1': 1 });"],
  [
    "objects: freeze seal",
    "'use strict'; const f = Object.freeze([1]); try { f.push(2); } catch (e) { return [e.name, Object.isFrozen(f)]; }",
  ],
  ["objects: Object.is", "return [Object.is(NaN, NaN), Object.is(0, -0), Object.is(1, 1)];"],
  [
    "objects: toString tags",
    "return [[], {}, null, undefined, 1, 'a', /x/, new Date(0), () => 1, async () => 1, function* () {}, Symbol(), 1n, new Map(), Promise.resolve(), new Error('x'), JSON, Math, new Proxy([], {}), (function () { return arguments; })()].map((v) => Object.prototype.toString.call(v));",
  ],
  [
    "classes: fields and private",
    "class A { #p = 1; static s = 2; static #q = 3; x = this.#p; get p() { return this.#p; } static q() { return A.#q; } has(o) { return #p in o; } #m() { return 'm'; } m() { return this.#m(); } } const a = new A(); return [a.x, a.p, A.s, A.q(), a.has(a), a.has({}), a.m(), Object.keys(a)];",
  ],
  ["classes: static block", "let v; class A { static x = 1; static { v = this.x + 1; } } return v;"],
  [
    "classes: private static method",
    "class A { static #m() { return 1; } static m() { return this.#m(); } } return A.m();",
  ],
  [
    "classes: private accessors",
    "class A { #v = 1; get #a() { return this.#v; } set #a(x) { this.#v = x; } up() { this.#a += 5; this.#v ??= 1; return this.#a; } } return new A().up();",
  ],
  [
    "classes: private wrong receiver",
    "class A { #x = 1; static r(o) { return o.#x; } } try { A.r({}); } catch (e) { return e.name; }",
  ],
  [
    "classes: extends builtins",
    "class L extends Array { sum() { return this.reduce((a, b) => a + b, 0); } } class E extends Error { constructor(m, o) { super(m, o); this.name = 'E'; } } class M extends Map {} class P extends Promise {} const l = L.from([1, 2, 3]); const e = new E('x', { cause: 1 }); return [l.sum(), l.map((x) => x) instanceof L, l.length, e instanceof E, e instanceof Error, e.cause, String(e), new M([[1, 2]]).get(1), P.resolve(1) instanceof P, await P.resolve(4).then((x) => x)];",
  ],
  [
    "classes: new.target",
    "function F() { return new.target === F; } class A { constructor() { this.n = new.target.name; } } class B extends A {} return [new F() instanceof F, new B().n];",
  ],
  [
    "classes: super property",
    "class A { get v() { return this.k; } static s() { return 's'; } } class B extends A { k = 4; get v() { return super.v + 1; } static s() { return super.s() + 't'; } } return [new B().v, B.s()];",
  ],
  [
    "classes: derived without super",
    "class A {} class B extends A { constructor() {} } try { new B(); } catch (e) { return e.name; }",
  ],
  [
    "classes: accessor names",
    "class A { static async *gen() {} get [Symbol.toStringTag]() { return 'T'; } } return [A.gen.name, String(new A())];",
  ],
  [
    "classes: computed fields",
    "const k = 'a'; class A { [k] = 1; static [k + 'b'] = 2; 'quoted' = 3; 42 = 4; } return [new A(), A.ab];",
  ],
  [
    "classes: class expression names",
    "const A = class {}; const B = class C {}; return [A.name, B.name, (class {}).name];",
  ],
  ["classes: field arrow this", "class A { v = 1; f = () => this.v; } const { f } = new A(); return f();"],
  ["classes: method not constructor", "class A { m() {} } try { new (new A().m)(); } catch (e) { return e.name; }"],
  ["classes: call class", "class A {} try { A(); } catch (e) { return e.name; }"],
  [
    "classes: Symbol.species",
    "class L extends Array { static get [Symbol.species]() { return Array; } } return new L(1, 2, 3).map((x) => x) instanceof L;",
  ],
  [
    "classes: instanceof hasInstance",
    "class E { static [Symbol.hasInstance](x) { return x === 1; } } return [1 instanceof E, 2 instanceof E];",
  ],
  [
    "classes: decorators",
    "const log = []; function d(v, c) { log.push([c.kind, String(c.name), c.static, c.private]); } @d class A { @d m() {} @d x = 1; @d get g() { return 1; } @d static s() {} @d accessor a = 3; } return [log, new A().a];",
  ],
  [
    "classes: decorator replaces",
    "function twice(v) { return function (...a) { return v.call(this, ...a) * 2; }; } class A { @twice m(x) { return x; } } return new A().m(4);",
  ],
  [
    "classes: decorator init",
    "function plus(_, c) { return (v) => v + 1; } class A { @plus x = 1; } return new A().x;",
  ],
  [
    "classes: decorator addInitializer",
    "function bound(v, c) { c.addInitializer(function () { this[c.name] = this[c.name].bind(this); }); } class A { n = 7; @bound m() { return this.n; } } const { m } = new A(); return m();",
  ],
  [
    "classes: accessor keyword",
    "class A { accessor x = 1; static accessor y = 2; } const a = new A(); a.x++; return [a.x, A.y, Object.keys(a)];",
  ],
  [
    "functions: defaults and TDZ",
    "const f = (a, b = a + 1, { c = b } = {}) => [a, b, c]; try { ((x = y, y) => 1)(); } catch (e) { return [f(1), e.name]; }",
  ],
  [
    "functions: lengths and names",
    "const o = { f(a, b = 1, ...c) {}, g: () => 1, ['h' + 1]: function () {} }; return [o.f.length, o.f.name, o.g.name, o.h1.name, (() => {}).name, (function () {}).bind().name];",
  ],
  [
    "functions: arguments",
    "function f() { return [arguments.length, [...arguments], typeof arguments]; } return f(1, 2);",
  ],
  [
    "functions: closures in loops",
    "const fs = []; for (let i = 0, n = 2; i <= n; i++) { fs.push(() => i); } return fs.map((f) => f());",
  ],
  [
    "functions: hoisting",
    "return [typeof h, (() => { try { t; let t = 1; } catch (e) { return e.name; } })()]; function h() {}",
  ],
  ["functions: tagged templates", "const t = (s, ...v) => [s, s.raw, v, Object.isFrozen(s)]; return t`a${1}\\n${2}c`;"],
  ["functions: template cache", "const t = (s) => s; const f = () => t`x`; return [f() === f(), t`x` === t`x`];"],
  ["functions: invalid escape in tag", "return ((s) => [s[0] === undefined, s.raw[0]])`\\u{nope}`;"],
  [
    "functions: generator return",
    "function* g() { try { yield 1; } finally { yield 2; } } const i = g(); i.next(); return [i.return(5), i.next(), i.next()];",
  ],
  ["functions: spread holes", "return [[...[, 1]], Math.max(...[1, 2], ...new Set([5])), [...'a🎉']];"],
  [
    "functions: optional chaining",
    "const o = { a: null, f() { return this.v; }, v: 3 }; return [o?.b?.c, o.a?.[0], o.f?.(), o.g?.(), o?.['f'](), delete o?.v];",
  ],
  ["functions: logical assignment", "const o = { a: 0, b: null, c: 1 }; o.a ||= 5; o.b ??= 6; o.c &&= 7; return o;"],
  [
    "functions: exponent and bigint",
    "return [2 ** 10, (-2) ** 3, String(2n ** 64n), String(-7n / 2n), String(BigInt.asUintN(8, 257n)), 10n > 9, typeof 1n, String(0x1fn), 1_000_000];",
  ],
  [
    "functions: comma, void, in, typeof",
    "return [(1, 2), void 0 === undefined, 'a' in { a: 1 }, typeof undeclared, typeof null];",
  ],
  [
    "functions: labels and switch",
    "let o = []; a: { o.push(1); break a; o.push(2); } switch (3) { case 1: o.push('1'); default: o.push('d'); case 2: o.push('2'); } return o;",
  ],
  [
    "functions: destructuring swap",
    "let a = 1, b = 2; [a, b] = [b, a]; const [x, , y = 9, ...z] = [1, 2, undefined, 4, 5]; return [a, b, x, y, z];",
  ],
  [
    "functions: destructuring closes iterators",
    "let closed = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { closed++; return {}; } }; } }; const [a, b] = it; const [] = it; return [a, b, closed];",
  ],
  [
    "functions: getter on arguments default scope",
    "var x = 1; function f(a = () => x) { var x = 2; return [a(), x]; } return f();",
  ],
  ["functions: catch without binding", "try { throw 1; } catch { return 'c'; }"],
  [
    "functions: async arrow order",
    "const log = []; const f = async () => { log.push(1); await null; log.push(3); }; const q = f(); log.push(2); await q; return log;",
  ],
  [
    "functions: promise order",
    "const log = []; setTimeout(() => log.push('t')); Promise.resolve().then(() => log.push('m1')).then(() => log.push('m2')); (async () => { await null; log.push('a1'); await null; log.push('a2'); })(); await new Promise((r) => setTimeout(r)); return log;",
  ],
  ["functions: await thenable", "return await { then(r) { r(5); } };"],
  [
    "functions: async iteration order",
    "const log = []; async function* g() { log.push('s'); yield 1; log.push('e'); } const i = g(); const q = [i.next(), i.next(), i.next()]; return [(await Promise.all(q)).map((x) => x.done), log];",
  ],
  [
    "functions: return await in async gen finally",
    "const log = []; async function* g() { try { yield 1; } finally { await null; log.push('f'); } } const i = g(); await i.next(); const r = await i.return(4); return [r, log];",
  ],
  ["functions: Function constructor", "return [new Function('a', 'b', 'return a + b')(1, 2), (0, eval)('1+1')];"],
  ["functions: toString", "function f(a /* c */) { return a; } return f.toString();"],
  [
    "functions: getter and static name conflict",
    "return Object.getOwnPropertyNames(class { static m() {} static name = 'n'; }).sort();",
  ],
  ["functions: recursion depth", "const f = (n) => (n === 0 ? 0 : 1 + f(n - 1)); return f(500);"],
  [
    "functions: stack overflow is catchable",
    "const f = () => f() + 1; try { f(); } catch (e) { return e instanceof Error; }",
  ],
  [
    "builtins: array ES2022-25",
    "const a = [3, 1, 2]; return [a.at(-1), a.findLast((x) => x > 1), a.findLastIndex((x) => x > 5), a.toSorted(), a.toReversed(), a.with(0, 9), a.toSpliced(0, 1, 7, 8), a.flat(), a.flatMap((x) => [x, x]), a.includes(NaN), [NaN].includes(NaN), a.copyWithin(0, 1), Array.of(7)];",
  ],
  [
    "builtins: Array.fromAsync",
    "async function* g() { yield 1; yield 2; } return [await Array.fromAsync(g()), await Array.fromAsync([Promise.resolve(3)], (x) => x * 2)];",
  ],
  [
    "builtins: sort stability and order",
    "return [[5, 1, 10].sort(), [3, undefined, 1].sort(), [[1, 'b'], [0, 'x'], [1, 'a']].sort((a, b) => a[0] - b[0])];",
  ],
  [
    "builtins: array holes",
    "return [[, 1].length, 0 in [, 1], [1, , 2].map((x) => 1).length, Object.keys([, 1]), [3, , 1].sort().length, [, 'a'].findIndex((x) => x === undefined)];",
  ],
  ["builtins: isConcatSpreadable", "return [[1].concat({ length: 1, 0: 2, [Symbol.isConcatSpreadable]: true })];"],
  [
    "builtins: strings",
    "return ['abc'.at(-1), 'a-b-c'.replaceAll('-', '+'), 'x'.padStart(3, 'ab'), ' a '.trimEnd(), 'abc'.substring(2, 0), 'a\\uD800'.isWellFormed(), 'a\\uD800'.toWellFormed().charCodeAt(1), 'ß'.toUpperCase(), 'İ'.toLowerCase().length, 'é'.normalize('NFD').length, String.raw`\\n${1}`, 'a'.codePointAt(0), '🎉'.length, 'abc'.localeCompare('abd')];",
  ],
  [
    "builtins: string split and replace",
    "return ['a1b2'.split(/(\\d)/), 'abc'.split(''), 'aXbX'.replace(/X/g, (m, o) => o), 'John Smith'.replace(/(?<f>\\w+) (?<l>\\w+)/, '$<l> $<f>'), 'abc'.replace('b', '$&$&'), 'a,b'.split(',', 1)];",
  ],
  [
    "builtins: regexp features",
    "return ['2024-01-02'.match(/(?<y>\\d{4})-(?<m>\\d\\d)/).groups.y, /(?<=\\$)\\d+/.exec('a$42')[0], /(?<!a)b/.test('ab'), /\\p{Lu}/u.test('É'), 'a\\nb'.match(/a.b/s) !== null, [...'a1b2'.matchAll(/[a-z](\\d)/g)].map((m) => m[1]), /a/y.sticky, /x/d.exec('ax').indices[0], /[\\p{L}--[a-z]]/v.test('É'), /\\u{1F389}/u.test('🎉'), /^.$/u.test('🎉')];",
  ],
  [
    "builtins: regexp 2025",
    "return [/(?i:a)b/.test('Ab'), /(?:(?<y>\\d{4})-|-(?<y>\\d{4}))/.exec('-2020').groups.y, typeof RegExp.escape === 'function' ? RegExp.escape('a.b') : 'none'];",
  ],
  ["builtins: regexp v flag strings", "return [/^\\p{RGI_Emoji}$/v.test('👨‍👩‍👧'), /[[a-z]&&[aeiou]]/v.test('b')];"],
  [
    "builtins: regexp lastIndex",
    "const r = /a/g; r.test('aa'); const l = r.lastIndex; return [l, 'aaa'.replace(/a/g, (m, i) => i), r.exec('aa').index];",
  ],
  [
    "builtins: regexp Symbol.*",
    "return ['x-y'[Symbol.iterator] !== undefined, /-/[Symbol.split]('a-b'), 'abc'.search(/c/), RegExp.prototype.flags, new RegExp('a', 'gi').flags, RegExp('/').source];",
  ],
  ["builtins: regexp lookbehind captures", "return /(?<=(\\d)(\\w))x/.exec('1ax').slice(1);"],
  [
    "builtins: regexp case-insensitive unicode",
    "return [/\\u212a/i.test('k'), /\\u212a/iu.test('k'), /ſ/iu.test('S')];",
  ],
  [
    "builtins: regexp named duplicate error",
    "try { new RegExp('(?<a>.)(?<a>.)'); return 'ok'; } catch (e) { return e.name; }",
  ],
  [
    "builtins: numbers",
    "return [(0.1 + 0.2).toFixed(2), (1234.5678).toExponential(2), (255).toString(16), (0.5).toString(2), parseInt('12px'), Number(''), Number('0x1f'), Number.parseFloat('1.5e3'), (25).toPrecision(1), Number.MAX_SAFE_INTEGER, 1e21 + '', (1e-7) + '', (123.456).toFixed(10), -0 + '', (1.005).toFixed(2), Number.EPSILON > 0];",
  ],
  [
    "builtins: math",
    "return [Math.trunc(-1.5), Math.sign(-3), Math.cbrt(27), Math.hypot(3, 4), Math.clz32(1), Math.fround(5.5), Math.log2(8), Math.imul(3, 4), Math.expm1(0), Math.atan2(1, 1).toFixed(4), Math.max(), Math.round(-0.5) === 0, Math.round(2.5), typeof Math.f16round];",
  ],
  ["builtins: toLocaleString numbers", "return [typeof (1234.5).toLocaleString(), (12).toLocaleString()];"],
  [
    "builtins: dates",
    "const d = new Date(Date.UTC(2024, 1, 29, 12, 30, 45, 678)); return [d.toISOString(), d.toJSON(), d.getUTCDay(), d.getTime(), new Date('2024-02-30').getTime(), new Date('2024-01-01').toISOString(), new Date('2024-01-01T00:00').toISOString(), Date.parse('2024-01-01T00:00:00+02:00'), new Date(NaN).getTime(), new Date(2024, 0, 1).toISOString(), d.toUTCString(), d.toDateString(), new Date('Mon, 01 Jan 2024 00:00:00 GMT').getTime(), new Date('Jan 1 2024').getTime(), new Date('2024-1-1').getTime(), new Date('1/2/2024').getTime(), d.getTimezoneOffset(), new Date(2024, 0, 31 + 1).getMonth(), new Date(8.64e15 + 1).getTime()];",
  ],
  [
    "builtins: date formats",
    "return [new Date('2024-01-01 10:00').getTime(), new Date('2024-01-01T10:00:00.123456Z').getTime(), new Date('Thu Jan 01 1970 00:00:00 GMT+0100').getTime(), new Date('December 17, 1995 03:24:00').getTime(), new Date('2024-01-01T10:00:00+0100').getTime(), new Date('20240101').getTime(), new Date('2024/01/15').getTime(), new Date('2024-06').getTime(), new Date('2024').getTime(), new Date('+010000-01-01T00:00:00Z').getTime(), new Date('Tue, 5 Nov 2024 10:00:00 -0500').getTime(), new Date('2024-01-01T24:00:00Z').getTime(), new Date('5 Nov 2024').getTime(), new Date('2024-11-05T10:00:00 Z').getTime(), new Date('12:00').getTime(), new Date('').getTime(), new Date('3 PM').getTime(), new Date('Jan 5 2024 3:04 PM').getTime(), new Date('Jan 5, 2024 3:04:05 PM EST').getTime()];",
  ],
  [
    "builtins: date set",
    "const d = new Date(0); d.setUTCMonth(13); d.setUTCDate(0); return [d.toISOString(), d.setHours(1, 2, 3, 4), new Date(2020, 5).getMonth(), Date.UTC(99, 0), new Date(d).getTime() === d.getTime(), new Date(0) - 1, typeof (new Date(0) + 1), new Date(0)[Symbol.toPrimitive]('number')];",
  ],
  [
    "builtins: toLocale dates",
    "return [typeof new Date(0).toLocaleDateString(), typeof new Date(0).toLocaleTimeString(), typeof new Date(0).toLocaleString()];",
  ],
  [
    "builtins: json",
    "return [JSON.stringify({ a: undefined, b: () => 1, c: NaN, d: new Date(0), e: [undefined], f: 'é\\uD800' }), JSON.stringify({ a: [1, { b: 2 }] }, null, 2), JSON.stringify({ a: 1, b: 2 }, ['a']), JSON.parse('[1,{\"a\":null}]', (k, v) => (k === 'a' ? 5 : v)), JSON.stringify('\\u2028'), JSON.stringify({ toJSON() { return 1; } }), JSON.stringify(Object(1n) instanceof Object)];",
  ],
  [
    "builtins: json errors",
    "return ['{', '[1,]', '{\"a\":1,}', '01', 'nope', '', '\"\\n\"'].map((t) => { try { JSON.parse(t); return 'ok'; } catch (e) { return e.name; } }).concat((() => { try { JSON.stringify(1n); } catch (e) { return e.name; } })(), (() => { const a = {}; a.a = a; try { JSON.stringify(a); } catch (e) { return e.name; } })());",
  ],
  [
    "builtins: map set",
    "const m = new Map([[NaN, 1], [0, 2]]); const s = new Set([1, 2, 3]); return [m.get(NaN), m.get(-0), [...s.union(new Set([4]))], [...s.intersection(new Set([2, 9]))], [...s.difference(new Set([1]))], [...s.symmetricDifference(new Set([3, 4]))], s.isSubsetOf(new Set([1, 2, 3, 4])), s.isSupersetOf(new Set([1])), s.isDisjointFrom(new Set([7])), m.size];",
  ],
  [
    "builtins: map iteration while changing",
    "const m = new Map([[1, 1], [2, 2]]); const o = []; for (const [k] of m) { o.push(k); if (k < 5) { m.delete(k); m.set(k + 2, 1); } } return o;",
  ],
  [
    "builtins: weak",
    "const w = new WeakMap(); const k = {}; w.set(k, 1); const s = new WeakSet([k]); try { w.set(1, 1); } catch (e) { return [w.get(k), s.has(k), e.name, w.has({})]; }",
  ],
  [
    "builtins: symbols",
    "return [Symbol.for('a') === Symbol.for('a'), Symbol('d').description, Symbol.keyFor(Symbol.for('z')), typeof Symbol.iterator, typeof Symbol.asyncIterator, String(Symbol.matchAll), Object(Symbol('x')).description];",
  ],
  [
    "builtins: reflect proxy",
    "const log = []; const p = new Proxy({}, { get: (t, k) => 'got ' + String(k), has: () => true, set(t, k, v) { log.push(k); return true; }, deleteProperty() { log.push('del'); return true; }, apply() {}, construct() { return {}; } }); p.x = 1; delete p.y; return [p.foo, 'zzz' in p, log, Reflect.ownKeys({ a: 1, [Symbol.iterator]: 1 }).length, Reflect.construct(Array, [2]).length, Reflect.apply(Math.max, null, [1, 2]), Proxy.revocable({}, {}).proxy instanceof Object];",
  ],
  [
    "builtins: typed arrays",
    "const b = new ArrayBuffer(8); const v = new DataView(b); v.setFloat32(0, 1.5); v.setBigInt64(0, -1n); return [[...new Uint8Array(b)], new Uint8Array([3, 1, 2]).toSorted().join(), new Float64Array([1.5])[0], Uint8Array.from('123').join(), new Uint8ClampedArray([300])[0], new Int16Array([1, 2, 3]).subarray(1).length, new Uint8Array([1, 2]).with(0, 5).join(), new Uint8Array([1, 2, 3]).at(-1), new Uint8Array([1,2,3]).findLast((x) => x < 3), b.slice(0, 2).byteLength];",
  ],
  [
    "builtins: array buffer 2024",
    "const b = new ArrayBuffer(4, { maxByteLength: 16 }); b.resize(8); const c = b.transfer(); return [b.detached, c.byteLength, c.resizable, c.maxByteLength];",
  ],
  ["builtins: uint8 base64", "return [typeof Uint8Array.fromBase64, typeof Uint8Array.prototype.toHex];"],
  [
    "builtins: float16",
    "return [typeof Float16Array === 'function' ? [...new Float16Array([1.1])] : 'none', typeof DataView.prototype.getFloat16];",
  ],
  [
    "builtins: error names",
    "const t = (f) => { try { f(); } catch (e) { return e.name; } }; return [t(() => null.x), t(() => undefined.x()), t(() => undeclared), t(() => (1)()), t(() => new Array(-1)), t(() => 'x'.repeat(-1)), t(() => decodeURIComponent('%')), t(() => new RegExp('[')), t(() => Symbol() + ''), t(() => 1n + 1), t(() => BigInt(1.5)), t(() => { const c = 1; eval('c = 2'); }), t(() => ({}) instanceof 5), t(() => 'a' in 'b'), t(() => [...5]), t(() => { const { a } = null; }), t(() => (1).toFixed(101)), t(() => Object.defineProperty(Object.freeze({}), 'a', {})), t(() => eval('{')), t(() => { 'use strict'; undefined.x = 1; })];",
  ],
  [
    "builtins: stack begins with message",
    "const e = new TypeError('the message'); class Mine extends Error { name = 'Mine'; } class Own extends Error {} let native; try { null.x; } catch (x) { native = x; } return [e.stack.split('\\n')[0], new Own('y').stack.split('\\n')[0], new Error('').stack.split('\\n')[0], new Error('two\\nlines').stack.split('\\n').slice(0, 2), native.stack.startsWith('TypeError: '), new AggregateError([1], 'agg').stack.split('\\n')[0], new Error('x', { cause: 1 }).stack.split('\\n')[0], Error('called').stack.split('\\n')[0]];",
  ],
  [
    "builtins: captureStackTrace",
    "const o = {}; Error.captureStackTrace?.(o); class E extends Error { constructor(m) { super(m); Error.captureStackTrace?.(this, E); } } return [typeof new E('x').stack, new E('x').stack.split('\\n')[0]];",
  ],
  [
    "builtins: uri",
    "return [encodeURIComponent('a b&é/'), decodeURIComponent('%C3%A9'), encodeURI('http://x/?a b'), escape('é'), unescape('%E9')];",
  ],
  [
    "builtins: globals",
    "return [globalThis === (0, eval)('this'), typeof queueMicrotask, parseInt.name, isNaN('x'), isFinite('1'), Number.isInteger(5.0)];",
  ],
  ["builtins: getOwnPropertyNames order", "return Object.getOwnPropertyNames(class { static b() {} static a() {} });"],
  [
    "builtins: Array species and length",
    "const a = []; a[5] = 1; a.length = 2; return [a.length, Array(3).fill(0), Array.from({ length: 3 }, (_, i) => i), [1, [2, [3, [4]]]].flat(Infinity), [...\"abc\"].entries().toArray?.().length, [1, 2, 3].lastIndexOf(3), [3, 2, 1].indexOf(2), [1, 2, 3].fill(0, 1), [1, 2, 3].join('-'), [1, 2, 3, 4].reduceRight((a, b) => a - b)];",
  ],
  ["builtins: unscopables", "return Object.keys(Array.prototype[Symbol.unscopables]).sort();"],
  [
    "builtins: string well known",
    "return ['abc'[Symbol.iterator]().next(), 'a'.anchor ? 'anchor' : 'no', 'x'.substr(0, 1), 'abc'.includes('b', 2), 'abc'.startsWith('b', 1), 'aab'.lastIndexOf('a'), 'abc'.slice(-2), 'a'.concat(1, null), 'a\\tb'.trim(), '\\uFEFF x'.trim(), 'ab'.repeat(2), 'Ⅷ'.toLowerCase(), 'ΑΣ'.toLowerCase()];",
  ],
  [
    "builtins: Number formatting edge",
    "return [1e21.toLocaleString === undefined, (1e21).toFixed(2), (0).toFixed(2), (-1.5).toFixed(0), (5e-324).toString(), (1.7976931348623157e308).toString(), (123456789).toExponential(), (0.000001).toString(), (100).toPrecision(2), (-255).toString(36), (3.999).toString(8)];",
  ],
  [
    "builtins: label function",
    "let r = 0; x: for (;;) { for (;;) { r++; if (r > 3) break x; continue x; } } return r;",
  ],
  [
    "builtins: structuredClone",
    "const o = { d: new Date(0), m: new Map([[1, { a: 1 }]]), s: new Set([1]), r: /x/g, a: new Uint8Array([1]), e: new RangeError('x'), n: null, u: undefined, b: 10n }; o.self = o; const c = structuredClone(o); return [c.self === c, c.d.getTime(), c.m.get(1), [...c.s], c.r.flags, c.a[0], c.e.name, c.e.message, String(c.b), c.e instanceof RangeError, c.a instanceof Uint8Array];",
  ],
  [
    "builtins: structuredClone refuses",
    "return [() => 1, Symbol('x'), new WeakMap(), Promise.resolve(), { f() {} }].map((v) => { try { structuredClone(v); return 'ok'; } catch (e) { return [e.name, e.code, typeof DOMException, e instanceof Error]; } });",
  ],
  [
    "builtins: DOMException",
    "return [typeof DOMException, (() => { const e = new DOMException('m', 'AbortError'); return [e.name, e.message, e.code, e instanceof Error, String(e)]; })()];",
  ],
  [
    "builtins: url",
    "const u = new URL('../b?x=1&y=2#h', 'https://user:pw@ex.com:8080/a/c/'); u.searchParams.append('z', 'é &'); return [u.href, u.origin, u.host, u.pathname, u.search, u.hash, u.username, [...u.searchParams], URL.canParse('nope'), String(new URLSearchParams({ a: '1', b: 'x y' })), new URLSearchParams('a=1&a=2').getAll('a'), JSON.stringify({ u }), new URLSearchParams('a=1').size, URL.parse?.('nope')];",
  ],
  [
    "builtins: url idn and file",
    "return [new URL('http://例え.jp/ü?ü#ü').href, new URL('HTTP://EX.com:80/%7Ea/./b/../c').href, new URL('file:///a/b').pathname, (() => { try { new URL('http://'); } catch (e) { return [e.name]; } })(), new URL('http://0x7f.1/').host, new URL('http://[::1]/').host];",
  ],
  [
    "builtins: urlsearchparams",
    "const q = new URLSearchParams([['b', '2'], ['a', '1']]); q.sort(); q.set('c', '+ '); q.delete('b'); return [String(q), [...q.keys()], q.has('a', '1'), [...new URLSearchParams('?x=%20+&y')]];",
  ],
  [
    "builtins: text encoding",
    "return [[...new TextEncoder().encode('é🎉')], new TextDecoder().decode(new Uint8Array([0xc3, 0xa9])), new TextDecoder('utf-8', { fatal: true }).fatal];",
  ],
  [
    "builtins: timers",
    "const log = []; const t = setTimeout(() => log.push('no'), 0); clearTimeout(t); setTimeout((x) => log.push(x), 0, 'arg'); await new Promise((r) => setTimeout(r, 0)); return log;",
  ],
  ["modules and typescript: enum", "enum E { A = 1, B = A << 2, C = 'x'.length, D } return [E.B, E[1], E.C, E.D];"],
  ["modules and typescript: const enum", "const enum K { A = 'a', B = 3 } return [K.A, K.B];"],
  [
    "modules and typescript: satisfies as",
    "const x = { a: 1 } satisfies { a: number }; return (x as { a: number }).a + (x.a!);",
  ],
  [
    "modules and typescript: parameter properties",
    "class A { constructor(readonly a: number, private b = 2) {} sum() { return this.a + this.b; } } return [new A(1).sum(), Object.keys(new A(1))];",
  ],
  [
    "modules and typescript: abstract and overload",
    "abstract class S { abstract a(): number; d() { return this.a() * 2; } } class T extends S { a(): number; a() { return 4; } } return new T().d();",
  ],
  [
    "modules and typescript: generics and arrows",
    "const id = <T,>(x: T): T => x; function f<const T extends readonly unknown[]>(x: T) { return x; } return [id(1), f([1, 2])];",
  ],
  [
    "modules and typescript: declare field",
    "class A { x = 1; } class B extends A { declare x: number; } return new B().x;",
  ],
  [
    "modules and typescript: this param and guards",
    "function f(this: { n: number }, x: unknown): x is string { return this.n > 0; } return f.call({ n: 1 }, 1);",
  ],
  [
    "modules and typescript: optional and index access types",
    "type T = { a?: number; [k: string]: unknown }; const o: T = { a: 1 }; const k: keyof T = 'a'; return o[k];",
  ],
  [
    "modules and typescript: non-null chain",
    "const o: { a?: { b: number } } = { a: { b: 1 } }; return o.a!.b + o!.a!['b'];",
  ],
  ["modules and typescript: definite assignment", "let x!: number; const set = () => { x = 4; }; set(); return x;"],
  [
    "modules and typescript: template literal and mapped types",
    "type A = `x${number}`; const a: A = 'x1'; type M = { [K in 'a' | 'b' as `${K}1`]?: K }; const m: M = { a1: 'a' }; return [a, m];",
  ],
  [
    "modules and typescript: type-only syntax",
    "interface I extends Array<number> {} type F = new (...a: any[]) => object; let f: F | undefined; return [typeof f, (<any>5) as number];",
  ],
  ["modules and typescript: import attributes and meta", "return typeof import.meta;"],
  [
    "modules and typescript: dynamic import fails",
    "try { const n = './nope'; await import(n); return 'ok'; } catch (e) { return 'rejects'; }",
  ],
  [
    "modules and typescript: var redeclare and function in block",
    "var a = 1; var a = 2; { function inner() { return 'i'; } } return [a, typeof inner];",
  ],
  [
    "modules and typescript: getter in static init order",
    "const log = []; class A { static a = log.push('a'); [(log.push('k'), 'x')] = log.push('f'); static { log.push('b'); } } new A(); return log;",
  ],
  ["modules and typescript: html-like comment in string", "return ['<!-- x', '-->'];"],
  ["modules and typescript: numeric separators and octal", "return [0b11, 0o17, 0xff, 1_0.5_0, .5e1_0];"],
  ["modules and typescript: unicode identifiers", "const ünï = 1, \\u0061b = 2, 変数 = 3; return [ünï, ab, 変数];"],
  ["modules and typescript: asi", "let a = 1\nlet b = a\n;[a, b] = [b, a + 1]\nreturn [a, b]"],
  ["modules and typescript: hashbang-free comments", "/* a */ return /* b */ 1; // c"],
  [
    "modules and typescript: regexp after paren",
    "const a = 4, g = 2; return [a / 2 / g, (a) / 2, [1].map((x) => /x/.test('x'))[0]];",
  ],
  [
    "modules and typescript: async method named async",
    "const o = { async: 1, get: 2, set: 3, static: 4, await: 5, of: 6, async async() { return 7; } }; return [o.get, o.set, o.static, o.of, await o.async()];",
  ],
  [
    "modules and typescript: let as name patterns",
    "const of = [1], get = 1, async = 2, type = 3, from = 4; const r = []; for (const as of of) r.push(as + get + async + type + from); return r;",
  ],
  [
    "modules and typescript: spread call mixed",
    "const f = (...a) => a.length; return [f(...[1], 2, ...'ab'), new Array(...[3]).length, [...[], ...[1]].length];",
  ],
  [
    "modules and typescript: class private in nested",
    "class A { #a = 1; b = new (class { c(o) { return o.#a; } })(); d() { return this.b.c(this); } } return new A().d();",
  ],
  [
    "modules and typescript: optional private",
    "class A { #a = { x: 1 }; t(o) { return [o?.#a?.x, this?.#a.x]; } } return new A().t(null);",
  ],
  [
    "modules and typescript: ergonomic brand",
    "class A { #a; static is(x) { try { return #a in x; } catch { return 'threw'; } } } return [A.is(new A()), A.is({}), A.is(1)];",
  ],
  [
    "modules and typescript: async stack",
    "async function a() { await null; throw new Error('deep'); } try { await a(); } catch (e) { return e.message; }",
  ],
  [
    "modules and typescript: nullish mix",
    "return [null ?? 'a', 0 ?? 'b', (null || undefined) ?? 'c', undefined?.x ?? 'd'];",
  ],
  [
    "modules and typescript: chained optional call",
    "const o = { f: () => ({ g: null }) }; return [o.f?.().g?.h(), o.x?.y.z.w(), o.f?.().g ?? 1];",
  ],
  [
    "modules and typescript: switch lexical",
    "switch (1) { case 0: let a = 1; case 1: try { a; } catch (e) { return e.name; } }",
  ],
  [
    "modules and typescript: getter function name inference",
    "let x; x = () => {}; const { y = () => {} } = {}; const [z = class {}] = []; return [x.name, y.name, z.name];",
  ],
  [
    "modules and typescript: async generator delegation",
    "async function* a() { return yield* b(); } async function* b() { yield 1; return 2; } const i = a(); return [await i.next(), await i.next(), await i.next()];",
  ],
  [
    "modules and typescript: generator methods throw",
    "function* g() { yield 1; } const i = g(); try { i.throw(new Error('t')); } catch (e) { return [e.message, i.next()]; }",
  ],
  [
    "modules and typescript: rest trailing args length",
    "return (function (a, b) { return arguments.length; })(...[1, 2, 3]);",
  ],
  ["modules and typescript: delete and in", "const o = { a: 1 }; return [delete o.a, 'a' in o];"],
  [
    "modules and typescript: bitwise",
    "return [~5, 5 >>> 1, -5 >> 1, -5 >>> 28, 1 << 31, 5 ^ 3, 5 & 3, 5 | 3, String(5n << 70n), String(-5n >> 1n), String(~5n)];",
  ],
  [
    "modules and typescript: comparisons",
    "return [null == undefined, null == 0, '1' == 1, NaN != NaN, [] == '', [1] == 1, '10' < '9', 10 < '9', null >= 0, undefined >= 0, 1n == 1, '2' > 1n];",
  ],
  [
    "modules and typescript: addition coercion",
    "return [1 + '2', [] + {}, [] + [], +[], +{}, 1 + null, 1 + undefined, '3' * '4', true + true, [2] * [3], `${[1, 2]}`, `${{}}`];",
  ],
  [
    "modules and typescript: toPrimitive",
    "const o = { [Symbol.toPrimitive](h) { return h === 'number' ? 5 : h; } }; return [+o, `${o}`, o + '', o * 2, o == 'default'];",
  ],
  [
    "builtins: promise combinators",
    "return [await Promise.all([1, Promise.resolve(2)]), (await Promise.allSettled([Promise.reject(new Error('x')), 1])).map((r) => r.status), await Promise.any([Promise.reject(1), 2]), await Promise.race([new Promise(() => {}), 3]), await Promise.any([Promise.reject(1)]).catch((e) => [e.name, e.errors]), Promise.withResolvers().promise instanceof Promise, await Promise.try((a) => a, 6), await Promise.reject(1).catch((x) => x).finally(() => 9)];",
  ],
  [
    "builtins: errors",
    "const e = new Error('m', { cause: 'c' }); return [e.cause, 'cause' in new Error('x'), new AggregateError([1], 'agg').errors, Object.keys(e), e.toString(), new TypeError('t') instanceof Error, Error('x').message, Error.isError(e), new RangeError('r').name, typeof e.stack, Error.prototype.name, typeof Error.captureStackTrace];",
  ],
  [
    "builtins: atob and btoa",
    "const t = (f) => { try { return f(); } catch (e) { return [e.name, e.code]; } }; return [btoa('hello'), atob('aGVsbG8='), t(() => atob('*')), t(() => btoa('€')), t(() => atob('SGVsbG8g8J-OiQ')), atob(' aGVs bG8 '), t(() => atob('a')), atob('YQ'), btoa('')];",
  ],
  [
    "for-of: labelled loops with yield",
    "function* g() { const o = []; a: for (const x of yield 1) { for (const y of yield 2) { if (y === 2) continue a; o.push([x, y]); } } return o; } const i = g(); i.next(); i.next([1, 5]); i.next([1, 2, 3]); return i.next([4]).value;",
  ],
  [
    "for-of: a spread inside a yield in the head",
    "function* g() { for (const x of yield { ...'ab', ...{ c: 1 } }) return x; } const i = g(); return [i.next().value, i.next([7]).value];",
  ],
  ["parameters: default closure sees later assign", "return ((a, b = () => a) => { a = 2; return b(); })(1)"],
  ["parameters: fn decl default closure", "function f(a, g = () => a) { a = 2; return g(); } return f(1)"],
  [
    "parameters: closure in default assigns param",
    "function f(a, s = (v) => { a = v; }) { s(5); return a; } return f(1)",
  ],
  [
    "parameters: both",
    "function f(a, g = () => a, s = (v) => { a = v; }) { s(5); const x = [a, g()]; a = 7; x.push(a, g()); return x; } return f(1)",
  ],
  [
    "parameters: var same name as param separate",
    "function f(a, g = () => a) { var a; const b = a; a = 2; return [b, a, g()]; } return f(1)",
  ],
  ["parameters: var same name init", "function f(a, g = () => a) { var a = 3; return [a, g()]; } return f(1)"],
  [
    "parameters: body var not visible in default",
    "var x = 'out'; function f(g = () => x) { var x = 'in'; return [g(), x]; } return f()",
  ],
  [
    "parameters: body fn not visible in default",
    "function h() { return 'out'; } function f(g = () => h()) { function h() { return 'in'; } return [g(), h()]; } return f()",
  ],
  [
    "parameters: self default assign in default",
    "function f(a, b = (a = 5), g = () => a) { return [a, b, g()]; } return f(1)",
  ],
  [
    "parameters: later default assigns earlier",
    "function f(a, g = () => a, b = (a = 9)) { return [a, g(), b]; } return f(1)",
  ],
  [
    "parameters: destructuring default closure",
    "function f({ a, g = () => a }) { a = 2; return g(); } return f({a:1})",
  ],
  [
    "parameters: array destructuring default closure",
    "function f([a, g = () => a]) { a = 2; return g(); } return f([1])",
  ],
  ["parameters: nested destruct", "function f({ a }, [g = () => a] = []) { a = 2; return g(); } return f({a:1})"],
  ["parameters: rest param closure", "function f(g = () => r, ...r) { r = 2; return g(); } return f(undefined, 1)"],
  ["parameters: increment", "function f(n, next = () => n) { n++; n += 1; return next(); } return f(1)"],
  [
    "parameters: destructuring assign in body",
    "function f(n, g = () => n) { [n] = [7]; ({ n } = { n: 8 }); return g(); } return f(1)",
  ],
  ["parameters: for-of assigns param", "function f(n, g = () => n) { for (n of [1,2,3]); return g(); } return f(0)"],
  [
    "parameters: inner closure assigns",
    "function f(n, g = () => n) { const s = () => { n = 4; }; s(); return g(); } return f(1)",
  ],
  [
    "parameters: method default",
    "class C { m(a, g = () => a) { a = 2; return g(); } static s(a, g = () => a) { a = 2; return g(); } constructor(a, g = () => a) { a = 3; this.v = g(); } } return [new C(1).v, new C(1).m(1), C.s(1)]",
  ],
  [
    "parameters: object method/setter",
    "let out; const o = { m(a, g = () => a) { a = 2; return g(); }, set x([a, g = () => a]) { a = 2; out = g(); } }; o.x = [1]; return [o.m(1), out]",
  ],
  ["parameters: async fn", "async function f(a, g = () => a) { a = 2; await null; return g(); } return f(1)"],
  ["parameters: async arrow", "return (async (a, g = () => a) => { await null; a = 2; return g(); })(1)"],
  ["parameters: generator", "function* f(a, g = () => a) { a = 2; yield g(); a = 3; yield g(); } return [...f(1)]"],
  [
    "parameters: async generator",
    "async function* f(a, g = () => a) { a = 2; yield g(); a = 3; yield g(); } const out = []; for await (const x of f(1)) out.push(x); return out",
  ],
  [
    "parameters: default is function expression",
    "function f(a, g = function () { return a; }) { a = 2; return g(); } return f(1)",
  ],
  [
    "parameters: default is class",
    "function f(a, C = class { m() { return a; } }) { a = 2; return new C().m(); } return f(1)",
  ],
  [
    "parameters: default is object with method",
    "function f(a, o = { get v() { return a; } }) { a = 2; return o.v; } return f(1)",
  ],
  [
    "parameters: default is call with closure",
    "function f(a, g = [() => a].map((x) => x)) { a = 2; return g[0](); } return f(1)",
  ],
  ["parameters: IIFE in default", "function f(a, b = (() => a)()) { a = 2; return [a, b]; } return f(1)"],
  [
    "parameters: closure sees itself",
    "function f(g = () => g) { const old = g; g = 2; return [typeof old, old()]; } return f()",
  ],
  [
    "parameters: recursion via default",
    "function f(n, self = () => f(n - 1)) { if (n === 0) return 'done'; return self(); } return f(3)",
  ],
  ["parameters: shadow in closure", "function f(a, g = (a) => a) { a = 2; return g(5); } return f(1)"],
  ["parameters: closure with default of its own", "function f(a, g = (x = a) => x) { a = 2; return g(); } return f(1)"],
  ["parameters: closure in body of closure", "function f(a, g = () => () => a) { a = 2; return g()(); } return f(1)"],
  [
    "parameters: default expr reads assigned arg without closure",
    "function f(a, b = a) { a = 2; return [a, b]; } return f(1)",
  ],
  [
    "parameters: arguments unaffected w/ defaults",
    "return (function (a, b = 1) { a = 2; return [arguments[0], arguments.length]; })(1)",
  ],
  [
    "parameters: arguments with closure default",
    "return (function (a, g = () => a) { a = 2; return [arguments[0], g(), arguments.length]; })(1)",
  ],
  [
    "parameters: closure default uses arguments",
    "return (function (a, g = () => arguments[0]) { a = 2; return g(); })(1)",
  ],
  [
    "parameters: closure default this",
    "return (function (a, g = () => [this.v, a]) { a = 2; return g(); }).call({ v: 7 }, 1)",
  ],
  ["parameters: typeof param in closure", "return (function (a, g = () => typeof a) { a = 2; return g(); })('s')"],
  [
    "parameters: TDZ later param in default caught",
    "try { return ((a = b, b = 1) => a)(); } catch (e) { return e.name; }",
  ],
  ["parameters: TDZ self in default", "try { return ((a = a) => a)(); } catch (e) { return e.name; }"],
  [
    "parameters: TDZ closure called early",
    "try { return ((a = (() => b)(), b = 1) => a)(); } catch (e) { return e.name; }",
  ],
  ["parameters: TDZ closure called later", "return ((g = () => b, b = 1) => g())()"],
  ["parameters: TDZ let in block", "try { { x; let x = 1; } } catch (e) { return e.name; }"],
  ["parameters: TDZ typeof", "try { { typeof x; let x = 1; } } catch (e) { return e.name; }"],
  ["parameters: TDZ class in own heritage", "try { class C extends C {} } catch (e) { return e.name; }"],
  ["parameters: TDZ class static", "class C { static a = 1; static b = C.a + 1; } return C.b"],
  ["parameters: TDZ for loop head", "try { for (let x of [x]) ; } catch (e) { return e.name; }"],
  ["parameters: TDZ destructuring let", "try { let { a = b, b } = {}; } catch (e) { return e.name; }"],
  ["parameters: TDZ assign before init", "try { x = 1; let x; } catch (e) { return e.name; }"],
  [
    "parameters: TDZ switch",
    "try { switch (1) { case 0: let y = 1; case 1: return y; } } catch (e) { return e.name; }",
  ],
  [
    "parameters: function length",
    "return [((a, b = 1, c) => 0).length, ((...a) => 0).length, (({ a }, [b]) => 0).length]",
  ],
  [
    "parameters: name in default",
    "return ((f = () => 0, g = function () {}, h = class {}) => [f.name, g.name, h.name])()",
  ],
  ["parameters: name in destruct default", "const { a = () => 0, b: c = () => 0 } = {}; return [a.name, c.name]"],
  [
    "parameters: generator defaults evaluated eagerly",
    "const log = []; function* g(a = log.push('d')) { log.push('b'); } const i = g(); log.push('after'); i.next(); return log",
  ],
  [
    "parameters: generator defaults throw eagerly",
    "function* g(a = (() => { throw new Error('x'); })()) {} try { g(); return 'no'; } catch (e) { return e.message; }",
  ],
  [
    "parameters: async defaults reject",
    "async function f(a = (() => { throw new Error('x'); })()) {} try { const p = f(); return p.catch((e) => 'rejected ' + e.message); } catch (e) { return 'sync'; }",
  ],
  [
    "parameters: async gen defaults throw",
    "async function* f(a = (() => { throw new Error('x'); })()) {} try { const p = f(); return 'no'; } catch (e) { return 'sync'; }",
  ],
  [
    "parameters: arguments aliasing sloppy",
    "return new Function('a', 'a = 2; return [arguments[0], (arguments[0] = 5, a)]')(1)",
  ],
  ["parameters: arguments strict", "return (function (a) { 'use strict'; a = 2; return arguments[0]; })(1)"],
  ["parameters: arguments in arrow", "return (function () { return (() => arguments.length)(); })(1, 2, 3)"],
  [
    "parameters: arguments iter",
    "return (function () { return [...arguments, Array.from(arguments).length, Object.prototype.toString.call(arguments)]; })(1, 2)",
  ],
  [
    "parameters: arguments callee strict",
    "return (function () { 'use strict'; try { arguments.callee; } catch (e) { return e.name; } })()",
  ],
  [
    "parameters: arguments passed beyond",
    "return (function (a) { arguments[1] = 5; return [arguments.length, arguments[1]]; })(1)",
  ],
  ["parameters: default undefined vs null", "return ((a = 1) => a)(null)"],
  ["parameters: param named same as function", "function f(f) { return f; } return f(3)"],
  ["parameters: param shadowed by body function", "function f(a) { return typeof a; function a() {} } return f(1)"],
  [
    "parameters: param shadowed by body function with defaults",
    "function f(a, b = 1) { return typeof a; function a() {} } return f(1)",
  ],
  [
    "parameters: param shadowed by body fn + closure default",
    "function f(a, g = () => a) { function a() {} return [typeof a, g()]; } return f(1)",
  ],
  ["parameters: catch param scope", "try { throw 1; } catch (e) { var e2 = e; { let e = 5; } return [e, e2]; }"],
  [
    "parameters: catch destructuring default closure",
    "try { throw { a: 1 }; } catch ({ a, g = () => a }) { a = 2; return g(); }",
  ],
  ["parameters: let destructuring default closure", "let { a, g = () => a } = { a: 1 }; a = 2; return g()"],
  ["parameters: var destructuring default closure", "var { a, g = () => a } = { a: 1 }; a = 2; return g()"],
  [
    "parameters: for head destructuring closure",
    "const out = []; for (let { a, g = () => a } of [{ a: 1 }]) { a = 2; out.push(g()); } return out",
  ],
  [
    "parameters: for let per-iteration with closure in init",
    "const fs = []; for (let i = 0, f = () => i; i < 2; i++) { fs.push(f()); } return fs",
  ],
  [
    "parameters: for let closure in update",
    "const fs = []; for (let i = 0; i < 3; fs.push(() => i), i++); return fs.map((f) => f())",
  ],
  [
    "parameters: for let closure in test",
    "const fs = []; for (let i = 0; fs.push(() => i), i < 2; i++); return fs.map((f) => f())",
  ],
  [
    "parameters: fn with use arguments in body and default",
    "return (function (a, g = () => a) { a = 2; return [arguments.length, arguments[1] === undefined, g()]; })(1)",
  ],
  ["parameters: arrow expr body paren object", "return ((a, g = () => a) => ({ x: a = 2, y: g() }))(1)"],
  ["parameters: arrow expr body sequence", "return ((a, g = () => a) => (a = 2, g()))(1)"],
  [
    "parameters: arrow expr nested arrows",
    "return ((a, g = () => a) => (b, h = () => b) => [a = 3, b = 4, g(), h()])(1)(2)",
  ],
  ["parameters: async arrow expr", "return await (async (a, g = () => a) => [a = 2, await g()])(1)"],
  [
    "parameters: nested fn in default also split",
    "function f(a, g = (b, h = () => b) => { b = 5; a = 6; return [h(), a]; }) { a = 2; const r = g(1); return [a, r]; } return f(1)",
  ],
  [
    "parameters: triple nesting",
    "function f(a, g = (b, h = (c, i = () => c + b) => { c = 7; return i(); }) => { b = 5; return h(1) + a; }) { a = 2; return g(1); } return f(1)",
  ],
  [
    "parameters: body nested also split",
    "function f(a, g = () => a) { a = 2; function k(z, y = () => z) { z = 9; return y(); } return [g(), k(1)]; } return f(1)",
  ],
  [
    "parameters: length kept",
    "return [((a, g = () => a) => { a = 2; }).length, ((a, { b, g = () => a }, c) => { a = 2; }).length, (({ a, g = () => a }) => { a = 2; }).length, ((a, [g = () => a], ...r) => { a = 2; }).length, ((g = () => a, a) => { a = 2; }).length]",
  ],
  [
    "parameters: names kept",
    "return ((a, g = () => a, h = function () { return a; }, K = class {}) => { a = 2; return [g.name, h.name, K.name]; })(1)",
  ],
  ["parameters: fn name kept", "const f = (a, g = () => a) => { a = 2; return g(); }; return [f.name, f(1)]"],
  [
    "parameters: TDZ kept",
    "try { return ((g = () => a, c = b, a = 1, b = 2) => { a = 3; return g(); })(); } catch (e) { return e.name; }",
  ],
  [
    "parameters: TDZ plain later",
    "try { return ((c = b, b, a = 1, g = () => a) => { a = 3; return g(); })(undefined, 1); } catch (e) { return e.name; }",
  ],
  ["parameters: null passes default", "return ((a, g = () => a) => { a = 2; return g; })(1, null)"],
  [
    "parameters: default evaluated once and in order",
    "const o = []; ((a = o.push(1), b = (() => { o.push(2); a = 9; })(), c = o.push(3)) => { o.push(a); })(); return o",
  ],
  [
    "parameters: destructured defaults whole",
    "return (({ a = 1, b: { c = a } = {}, ...r } = {}, g = () => [a, c, r]) => { a = 5; c = 6; return g(); })({ z: 1 })",
  ],
  [
    "parameters: array pattern holes rest",
    "return (([a, , b = 3, ...r], g = () => [a, b, r]) => { a = 5; r = 7; return g(); })([1, 2, undefined, 4, 5])",
  ],
  ["parameters: rest pattern", "return ((a, ...[b, g = () => [a, b]]) => { a = 5; b = 6; return g(); })(1, 2)"],
  [
    "parameters: rest identifier closure",
    "return ((g = () => r.length, ...r) => { r = [1, 2, 3]; return g(); })(undefined, 1)",
  ],
  [
    "parameters: setter default",
    "let out; const o = { set x(v = (() => 1)(), ) { v = 2; out = v; } }; o.x = undefined; return out",
  ],
  [
    "parameters: setter pattern",
    "let out; class C { set x({ a, g = () => a }) { a = 2; out = g(); } } new C().x = { a: 1 }; return out",
  ],
  [
    "parameters: static method, private",
    "class C { static #p(a, g = () => a) { a = 2; return g(); } static t() { return C.#p(1); } } return C.t()",
  ],
  [
    "parameters: derived ctor",
    "class A { constructor(x) { this.x = x; } } class B extends A { constructor(a, g = () => [this.x, a]) { super(a); a = 2; this.r = g(); } } return new B(1).r",
  ],
  [
    "parameters: super in default closure",
    "class A { m() { return 'A'; } } class B extends A { m(a, g = () => super.m() + a) { a = 2; return g(); } } return new B().m(1)",
  ],
  [
    "parameters: new.target in closure",
    "function F(a, g = () => new.target === F && a) { a = 2; this.r = g(); } return new F(1).r",
  ],
  [
    "parameters: recursion keeps own values",
    "const f = (n, g = () => n) => { const old = n; n = n * 10; return old > 2 ? [g()] : [g(), ...f(old + 1)]; }; return f(1)",
  ],
  [
    "parameters: this in sloppy/strict default",
    "const o = { v: 1, m(a, g = () => this.v + a) { a = 2; return g(); } }; return o.m(1)",
  ],
  [
    "parameters: async closure awaits",
    "async function f(a, g = async () => { await null; return a; }) { const p = g(); a = 2; return await p; } return await f(1)",
  ],
  [
    "parameters: generator closure default",
    "function* f(a, g = () => a) { while (a > 0) { a--; yield g(); } } return [...f(3)]",
  ],
  [
    "parameters: generator keeps prototype",
    "function* f(a, g = () => a) { a = 1; yield g(); } return [f(0) instanceof f, f.length]",
  ],
  [
    "parameters: async generator pages",
    "async function* pages(cursor, next = () => cursor + 1) { while (cursor < 4) { cursor = next(); yield cursor; } } const o = []; for await (const x of pages(1)) o.push(x); return o",
  ],
  [
    "parameters: async params reject not throw",
    "const f = async (a, b = (() => { throw new Error('d' + a); })(), g = () => a) => { a = 2; }; let sync = true; try { const p = f(1); sync = false; await p; } catch (e) { return [e.message, sync]; }",
  ],
  ["parameters: shadow in inner block", "return ((a, g = () => a) => { { let a = 5; a = 6; } return g(); })(1)"],
  [
    "parameters: shadow in inner function param",
    "return ((a, g = () => a) => { const h = (a) => { a = 3; return a; }; return [h(1), g()]; })(7)",
  ],
  [
    "parameters: class in default w fields",
    "return ((a, C = class { x = a; static s = a; }) => { a = 2; return [new C().x, C.s]; })(1)",
  ],
  ["parameters: delete/typeof", "return ((a, g = () => typeof a) => { a = undefined; return g(); })(1)"],
  ["parameters: logical assign", "return ((a, g = () => a) => { a ??= 4; a &&= a + 1; return g(); })(null)"],
  ["parameters: for in target", "return ((k, g = () => k) => { for (k in { z: 1 }); return g(); })('a')"],
  [
    "parameters: catch same name",
    "return ((e, g = () => e) => { try { throw 1; } catch (e) { e = 5; } return g(); })(0)",
  ],
  [
    "parameters: label and directive",
    "return (function (a, g = () => a) { 'a string'; x: for (;;) { a = 2; break x; } return g(); })(1)",
  ],
  [
    "parameters: comments in list",
    "return ((a /* one */, /* two */ g = /* => */ () => a /* three */) => /* four */ { a = 2; return g(); })(1)",
  ],
  [
    "parameters: extra args",
    "return (function (a, g = () => a) { a = 2; return [g(), arguments.length]; })(1, undefined, 3)",
  ],
  [
    "parameters: spread call",
    "const f = (a, g = () => a, ...r) => { a = 2; return [g(), r]; }; return f(...[1, undefined, 3, 4])",
  ],
  [
    "parameters: object with proto default",
    "return (({ __proto__: p = 1, a = 2, g = () => a } = {}) => { a = 3; return g(); })()",
  ],
  [
    "parameters: computed key param",
    "return ((k, { [k]: v, g = () => v }) => { v = 3; k = 'q'; return [g(), k]; })('a', { a: 1 })",
  ],
  [
    "parameters: tagged template in default",
    "const t = (s, ...v) => v; return ((a, g = () => t`x${a}`) => { a = 2; return g(); })(1)",
  ],
  [
    "parameters: yield as default forbidden; await arrow in default",
    "const f = async (a, g = async () => (await null, a)) => { a = 2; return g(); }; return await f(1)",
  ],
  [
    "parameters: var redeclared without split is left",
    "return ((a, g = () => a) => { var a = 3; return [a, g()]; })(1)",
  ],
  ["parameters: toString still function", "return typeof ((a, g = () => a) => { a = 2; }).toString()"],
  ["parameters: assign in default no closure", "function f(a, b = (a = 5)) { return [a, b]; } return f(1)"],
  ["parameters: incr in default", "function f(a, b = a++) { return [a, b]; } return f(1)"],
  ["parameters: incr in default destruct", "function f({ a }, b = a++) { return [a, b]; } return f({ a: 1 })"],
  ["parameters: assign in computed key", "function f(a, { [a++]: b } = {}) { return [a, b]; } return f(1, { 1: 'x' })"],
  [
    "parameters: closure computed key no default",
    "function f(a, { [(() => { a = 7; return 'k'; })()]: b }) { return [a, b]; } return f(1, { k: 2 })",
  ],
  [
    "continue in finally labelled",
    "const out = []; outer: for (let i = 0; i < 3; i++) { for (;;) { try { continue outer; } finally { out.push(i); } } } return out",
  ],
  [
    "break in finally overrides return",
    "function f() { for (;;) { try { return 1; } finally { break; } } return 2; } return f()",
  ],
  [
    "continue in finally overrides throw",
    "let n = 0; for (let i = 0; i < 3; i++) { try { throw i; } finally { n++; continue; } } return n",
  ],
  ["return in finally over throw", "function f() { try { throw 1; } finally { return 2; } } return f()"],
  [
    "await in finally",
    "const o = []; async function f() { try { return 1; } finally { await null; o.push('f'); } } o.push(await f()); return o",
  ],
  [
    "gen return in finally yields",
    "function* g() { try { yield 1; } finally { yield 2; } } const i = g(); i.next(); return [i.return(9), i.next(), i.next()]",
  ],
  [
    "gen throw through finally",
    "function* g() { try { yield 1; } finally { yield 2; } } const i = g(); i.next(); const a = i.throw(new Error('x')); try { i.next(); } catch (e) { return [a, e.message]; }",
  ],
  [
    "yield* return forwarding",
    "const o = []; function* inner() { try { yield 1; } finally { o.push('in'); } } function* outer() { try { yield* inner(); } finally { o.push('out'); } } const i = outer(); i.next(); i.return(); return o",
  ],
  [
    "async gen return awaits",
    "async function* g() { yield 1; } const i = g(); const r = await i.return(Promise.resolve(5)); return r",
  ],
  [
    "async gen yield rejects",
    "async function* g() { try { yield Promise.reject(new Error('x')); } catch (e) { yield e.message; } } return (await g().next()).value",
  ],
  [
    "async gen queue",
    "async function* g() { yield 1; yield 2; } const i = g(); return await Promise.all([i.next(), i.next(), i.next()])",
  ],
  [
    "for await closes on throw",
    "let c = 0; const it = { [Symbol.asyncIterator]() { return { next: async () => ({ value: 1, done: false }), return: async () => { c++; return {}; } }; } }; try { for await (const x of it) throw new Error('x'); } catch (e) { return [e.message, c]; }",
  ],
  [
    "for await sync iter closes",
    "let c = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { c++; return {}; } }; } }; for await (const x of it) break; return c",
  ],
  [
    "for await return in function",
    "let c = 0; async function* g() { try { yield 1; yield 2; } finally { c++; } } async function f() { for await (const x of g()) return x; } return [await f(), c]",
  ],
  [
    "for of closes on destructuring throw",
    "let c = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: null, done: false }), return() { c++; return {}; } }; } }; try { for (const { a } of it); } catch (e) { return [e.name, c]; }",
  ],
  [
    "for of labelled continue closes inner",
    "let c = 0; const it = () => ({ [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { c++; return {}; } }; } }); let n = 0; outer: for (const a of [1, 2]) { for (const b of it()) { n++; continue outer; } } return [n, c]",
  ],
  [
    "array destructuring closes",
    "let c = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { c++; return {}; } }; } }; const [a, b] = it; return [a, b, c]",
  ],
  [
    "array destructuring throw in default closes",
    "let c = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: undefined, done: false }), return() { c++; return {}; } }; } }; try { const [a = (() => { throw new Error('d'); })()] = it; } catch (e) { return [e.message, c]; }",
  ],
  [
    "Promise.all closes iter",
    "let c = 0; const it = { [Symbol.iterator]() { let n = 0; return { next: () => ({ value: 1, done: n++ > 1 }), return() { c++; return {}; } }; } }; return [await Promise.all(it), c]",
  ],
  [
    "Map ctor closes iter",
    "let c = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { c++; return {}; } }; } }; try { new Map(it); } catch (e) { return [e.name, c]; }",
  ],
  [
    "Array.from closes on mapper throw",
    "let c = 0; const it = { [Symbol.iterator]() { return { next: () => ({ value: 1, done: false }), return() { c++; return {}; } }; } }; try { Array.from(it, () => { throw new Error('m'); }); } catch (e) { return [e.message, c]; }",
  ],
  [
    "tagged template caching",
    "const seen = new Set(); const t = (s) => s; function f() { return t`a${1}b`; } seen.add(f()); seen.add(f()); const other = t`a${1}b`; seen.add(other); return [seen.size, Object.isFrozen(other), Object.isFrozen(other.raw), other.raw]",
  ],
  [
    "tagged template caching in loop",
    "const t = (s) => s; const seen = new Set(); for (let i = 0; i < 3; i++) seen.add(t`x`); return seen.size",
  ],
  ["tagged template invalid escape", "const t = (s) => [s[0] === undefined, s.raw[0]]; return t`\\u{zz}`"],
  ["tag member this", "const o = { v: 3, t(s) { return this.v; } }; return o.t`x`"],
  [
    "annex B function in block sloppy",
    "return new Function('try { f(); } catch (e) { var early = e.name; } { function f() { return 1; } } return [early, typeof f]')()",
  ],
  ["annex B function in if", "return new Function('if (true) function f() { return 1; } return typeof f')()"],
  [
    "annex B redefinition in blocks",
    "return new Function('{ function f() { return 1; } } { function f() { return 2; } } return f()')()",
  ],
  ["annex B with let conflict", "return new Function('let f = 5; { function f() {} } return f')()"],
  ["annex B switch function", "return new Function('switch (1) { case 1: function f() { return 3; } } return f()')()"],
  [
    "class fields order",
    "const o = []; class A { x = o.push('x'); constructor() { o.push('c'); } } class B extends A { y = o.push('y'); constructor() { super(); o.push('d'); } } new B(); return o",
  ],
  ["class field this arrow", "class A { n = 1; f = () => this.n; } const { f } = new A(); return f()"],
  ["class static block", "let v; class A { static #p = 4; static { v = A.#p; } } return v"],
  ["class private in", "class A { #x; static has(o) { return #x in o; } } return [A.has(new A()), A.has({})]"],
  [
    "class private method accessors",
    "class A { #v = 1; get #g() { return this.#v; } set #g(x) { this.#v = x; } m() { this.#g += 5; return this.#g; } static #s() { return 's'; } static t() { return A.#s(); } } return [new A().m(), A.t()]",
  ],
  [
    "class private not writable method",
    "class A { #m() {} t() { this.#m = 1; } } try { new A().t(); } catch (e) { return e.name; }",
  ],
  [
    "class computed field names evaluated once",
    "let n = 0; const k = () => 'k' + n++; class A { [k()] = 1; static [k()] = 2; } new A(); return [Object.keys(new A()), n]",
  ],
  ["class field shadowing accessor", "class A { set x(v) { throw 1; } } class B extends A { x = 2; } return new B().x"],
  [
    "class field closure per instance",
    "class A { a = [() => this]; } const x = new A(), y = new A(); return x.a[0]() === x && y.a[0]() === y",
  ],
  ["class field arguments", "class A { f = function () { return arguments.length; }; } return new A().f(1, 2)"],
  ["class expr name", "const X = class Y { n() { return Y.name; } }; return [X.name, new X().n()]"],
  [
    "class anonymous field name",
    "class A { f = () => 1; static g = class {}; #h = function () {}; n() { return this.#h.name; } } const a = new A(); return [a.f.name, A.g.name, a.n()]",
  ],
  [
    "class extends null",
    "class A extends null { static s() { return 1; } } try { new A(); } catch (e) { return [A.s(), e.name]; }",
  ],
  [
    "class accessor enumerable",
    "class A { get x() { return 1; } y = 2; } return [Object.keys(new A()), 'x' in new A()]",
  ],
  [
    "super property assign",
    "class A { } class B extends A { m() { super.z = 3; return [this.z, Object.hasOwn(this, 'z')]; } } return new B().m()",
  ],
  [
    "super in object",
    "const p = { m() { return 'p'; } }; const o = { __proto__: p, m() { return super.m() + 'o'; } }; return o.m()",
  ],
  [
    "super in static arrow",
    "class A { static m() { return 1; } } class B extends A { static m() { return (() => super.m() + 1)(); } } return B.m()",
  ],
  [
    "new.target",
    "function F() { return new.target === F; } class A { constructor() { this.t = new.target.name; } } class B extends A {} return [new B().t, F()]",
  ],
  [
    "this before super",
    "class A {} class B extends A { constructor() { try { this.x; } catch (e) { super(); this.n = e.name; } } } return new B().n",
  ],
  [
    "super twice",
    "class A {} class B extends A { constructor() { super(); try { super(); } catch (e) { this.n = e.name; } } } return new B().n",
  ],
  [
    "symbol species",
    "class A extends Array {} return [new A(1, 2, 3).map((x) => x) instanceof A, A.from([1]) instanceof A, [].concat(new A(2)).length]",
  ],
  [
    "regex v flag",
    "return [/[\\p{L}--[a-z]]/v.test('a'), /[\\p{L}--[a-z]]/v.test('A'), /^\\p{RGI_Emoji}$/v.test('👨‍👩‍👧')]",
  ],
  [
    "regex v flag set ops",
    "return ['a1_'.match(/[\\w&&\\d]/v)?.[0], /[[a-z]&&[aeiou]]/v.test('b'), /\\p{Emoji_Keycap_Sequence}/v.test('1️⃣')]",
  ],
  ["regex v string literal class", "return /^[\\q{abc|d}]$/v.test('abc')"],
  ["regex d flag", "const m = /(?<y>\\d+)-(\\d+)/d.exec('x12-3'); return [m.indices, m.indices.groups]"],
  ["regex named dup groups", "const m = /(?:(?<y>a)|(?<y>b))/.exec('b'); return m.groups.y"],
  [
    "regex lookbehind",
    "return ['$10 €20'.match(/(?<=€)\\d+/)[0], 'a1b2'.replace(/(?<!a)\\d/g, 'x'), /(?<=(\\d+)(\\d+))$/.exec('1053').slice(1)]",
  ],
  ["regex sticky", "const r = /a/y; r.lastIndex = 1; return [r.test('ba'), r.lastIndex, r.test('ba'), r.lastIndex]"],
  ["regex modifiers", "return [/(?i:a)b/.test('Ab'), /(?i:a)b/.test('AB')]"],
  [
    "regex case insensitive unicode",
    "return [/\\u212a/iu.test('k'), /ſ/i.test('s'), /ſ/iu.test('s'), /σ/iu.test('ς'), /ß/iu.test('ẞ')]",
  ],
  ["regex backtracking groups reset", "return /(z)((a+)?(b+)?(c))*/.exec('zaacbbbcac')"],
  [
    "Array.fromAsync",
    "return [await Array.fromAsync([1, Promise.resolve(2)]), await Array.fromAsync((async function* () { yield 3; })(), (x) => x * 2), await Array.fromAsync({ length: 2, 0: 'a', 1: Promise.resolve('b') })]",
  ],
  [
    "Array.fromAsync closes",
    "let c = 0; async function* g() { try { yield 1; yield 2; } finally { c++; } } try { await Array.fromAsync(g(), () => { throw new Error('m'); }); } catch (e) { return [e.message, c]; }",
  ],
  [
    "Date parse ISO",
    "return ['2024-01-02', '2024-01-02T03:04:05Z', '2024-01-02T03:04:05.678+02:00', '2024-01-02T03:04', '2024-01', '2024', '+002024-01-01T00:00:00Z', '2024-01-02T24:00:00Z', '2024-02-30T00:00:00Z', '2024-1-2', '2024-13-01'].map((x) => Date.parse(x))",
  ],
  [
    "Date parse more",
    "return ['Tue, 2 Jan 2024 03:04:05 EST', '02-Jan-2024', 'Jan 2024', '2024-01-02T03:04:05+0200', '2024-01-02 03:04:05 +0200', '2024-01-02 03:04 PST', 'Mon, 25 Dec 1995 13:30:00 +0430', '1995-12-17T03:24:00', 'Sat, 1 Jan 00 08:00 UT', '2024-01-02T03:04:05 Z', '12/25/1995 11:59 pm', '2024-01-02T03:04:05.1Z'].map((x) => Date.parse(x))",
  ],
  [
    "Date setters",
    "const d = new Date(0); d.setMonth(14); d.setDate(0); d.setHours(25, 61); return [d.toISOString(), new Date(2024, 1, 30).toISOString(), new Date(99, 0).getFullYear(), Date.UTC(2024), new Date(NaN).getTime()]",
  ],
  [
    "parameters: a name of the body that a default means from outside",
    "const h = () => 'out'; function f(a, g = () => h() + a) { const h = 2; a = h; return g(); } return f(1);",
  ],
];
