import fc from "fast-check";

/*
 * Inputs by the schemas that the clients of the AWS SDK export: mostly of the right shape, here and there of another, so
 * that a request gets past the first check and is wrong further in.
 */

const LIST = 0x40;
const MAP = 0x80;
const [LIST_SHAPE, MAP_SHAPE, STRUCTURE, UNION] = [1, 2, 3, 4];
const DEEPEST = 5;

/** What breaks parsers, paths, prototypes, markup and databases. */
const HOSTILE = [
  "",
  " ",
  "\0",
  "\u0001\u001f",
  "\ud800",
  "\uffff",
  "é".repeat(200),
  "__proto__",
  "constructor",
  "toString",
  "../../../etc/passwd",
  "%00",
  "%",
  "a/b?c#d",
  "'; DROP TABLE messages; --",
  "<a>&]]></a>",
  "-1",
  "1e309",
  "NaN",
  "{",
  "[]",
  "$LATEST",
  "x".repeat(3000),
  "x:".repeat(700),
];

const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 40 }));
const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 1_700_000_000, Date.now()) },
);
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostile,
  fc.constantFrom(null, [], {}, [[]]),
);

export interface Names {
  /** What is there, in the words that some member has for it. */
  any: readonly string[];
  /** What a member of this name mostly says, so that more than the first look-up is tried. */
  byMember: Readonly<Record<string, unknown>>;
}

/** Of the members that need not be there, so many at most: with all of them hardly a request is right. */
const MOST_OPTIONAL = 3;

export function valuesOf(schema: unknown, names: Names): fc.Arbitrary<unknown> {
  const text = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...names.any) },
    { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
    { weight: 1, arbitrary: hostile },
  );

  const simple = (kind: number): fc.Arbitrary<unknown> => {
    if (kind === 0) return text;
    if (kind === 1) return number;
    if (kind === 2) return fc.boolean();
    if (kind >= 4 && kind <= 7) return number;
    if (kind === 21 || kind === 42) return fc.oneof(fc.base64String({ maxLength: 40 }), text);
    return fc.jsonValue({ maxDepth: 2 });
  };
  const list = (item: fc.Arbitrary<unknown>) => fc.array(item, { maxLength: 3 });
  const map = (value: fc.Arbitrary<unknown>) => fc.dictionary(text, value, { maxKeys: 3 });

  const right = (ref: unknown, depth: number): fc.Arbitrary<unknown> => {
    if (typeof ref === "function") return right(ref(), depth);
    if (typeof ref === "number") {
      if (ref & MAP) return map(simple(ref & ~MAP));
      return ref & LIST ? list(simple(ref & ~LIST)) : simple(ref);
    }
    if (!Array.isArray(ref)) return junk;
    const [kind, , , , a, b]: unknown[] = ref;
    // A member is its schema with traits; a schema of a simple type is longer.
    if (ref.length < 4) return value(kind, depth);
    if (depth > DEEPEST) return fc.constant({});
    if (kind === LIST_SHAPE) return list(value(a, depth + 1));
    if (kind === MAP_SHAPE) return map(value(b, depth + 1));
    if ((kind === STRUCTURE || kind === UNION) && Array.isArray(a) && Array.isArray(b)) return structure(ref, depth);
    return value(a, depth);
  };
  const structure = ([kind, , , , members, refs, required]: unknown[], depth: number): fc.Arbitrary<unknown> => {
    if (!Array.isArray(members) || !Array.isArray(refs)) return junk;
    const field = (index: number) => {
      const usual = names.byMember[String(members[index])];
      const any = value(refs[index], depth + 1);
      return usual === undefined ? any : fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, any);
    };
    const some = (indexes: number[]) =>
      fc.record(Object.fromEntries(indexes.map((at) => [String(members[at]), field(at)])));
    const all = members.map((_, index) => index);
    if (kind === UNION) return fc.oneof(...all.map((index) => some([index])));
    const needed = all.slice(0, typeof required === "number" ? required : 0);
    const optional = fc.subarray(all.slice(needed.length), {
      maxLength: Math.min(MOST_OPTIONAL, all.length - needed.length),
    });
    return fc.oneof(
      { weight: 9, arbitrary: optional.chain((chosen) => some([...needed, ...chosen])) },
      { weight: 1, arbitrary: optional.chain(some) },
    );
  };
  const value = (ref: unknown, depth: number): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 14, arbitrary: right(ref, depth) }, { weight: 1, arbitrary: junk });

  return right(schema, 0);
}
