/*
 * Writes schema.json: what the AWS provider's real schema says of the resources that infrastructure/terraform uses. It is read
 * from the provider's bindings for CDK Terrain, which were generated from it (these from 6.66.0):
 *
 *   npm pack @cdktn/provider-aws@25.7.0 && tar xzf cdktn-provider-aws-25.7.0.tgz
 *   node test/terraform-provider/extract-schema.ts package
 *
 * The bindings keep names, types, nesting, and what is required, optional or computed. They do not say what forces a replacement,
 * is deprecated, or is refused by the provider's own code.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Attribute {
  type: unknown;
  required?: true;
  optional?: true;
  computed?: true;
}
interface Block {
  attributes: Record<string, Attribute>;
  block_types?: Record<string, NestedBlock>;
}
interface NestedBlock {
  nesting_mode: "single" | "list" | "set";
  min_items?: number;
  max_items?: number;
  block: Block;
}

/** A module of the bindings: one resource with its nested blocks. */
interface Module {
  js: string;
  types: string;
}

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("Name the folder of the unpacked package.");
const root = join(import.meta.dirname, "..", "..");
const infrastructure = join(root, "infrastructure", "terraform");
const text = readdirSync(infrastructure)
  .filter((file) => file.endsWith(".tf"))
  .map((file) => readFileSync(join(infrastructure, file), "utf8"))
  .join("\n");
const used = (kind: string) =>
  [
    ...new Set([...text.matchAll(new RegExp(`^${kind} "(aws_[a-z0-9_]+)"`, "gm"))].map(([, name = ""]) => name)),
  ].toSorted();

const schema = {
  provider: provider(),
  resource_schemas: Object.fromEntries(used("resource").map((name) => [name, resource(name.replace(/^aws_/, ""))])),
  data_source_schemas: Object.fromEntries(used("data").map((name) => [name, resource(`data_${name}`)])),
};
writeFileSync(join(import.meta.dirname, "schema.json"), `${JSON.stringify(schema)}\n`);

function readModule(name: string): Module {
  const folder = join(source ?? "", "lib", name.replaceAll("_", "-"));
  return {
    js: readFileSync(join(folder, "index.js"), "utf8"),
    types: readFileSync(join(folder, "index.d.ts"), "utf8"),
  };
}

function resource(name: string): Block {
  const module = readModule(name);
  const own = /^class (\w+) extends cdktn\.Terraform(?:Resource|DataSource)/m.exec(module.js)?.[1] ?? "";
  const body = classBody(module.js, own);
  return block(module, body, body, `${own}Config`);
}

function provider(): Block {
  const module = readModule("provider");
  const own = /^class (\w+) extends cdktn\.TerraformProvider/m.exec(module.js)?.[1] ?? "";
  const body = classBody(module.js, own);
  return block(module, body, body, `${own}Config`);
}

/** @param settable where its arguments stand. @param readable where its computed attributes do. @param interfaceName of its arguments. */
function block(module: Module, settable: string, readable: string, interfaceName: string): Block {
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  const required = requiredOf(module.types, interfaceName);
  // Optional, and made up where they are absent.
  const computedToo = new Set(
    [...readable.matchAll(/\/\/ ([a-z0-9_]+) - computed: true, optional: true, required: false\n/g)].map(
      ([, name]) => name,
    ),
  );
  const entries =
    /^\s+"?([a-z0-9_]+)"?: \{\n\s+value: (.*),\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",/gm;
  for (const [, name = "", value = "", isBlock, type = "", storage = ""] of settable.matchAll(entries)) {
    const isRequired = required.has(name);
    // An address for each of three hundred services.
    if (name === "endpoints") continue;
    if (isBlock === "true") {
      blocks[name] = nested(module, value, type, storage, isRequired);
      continue;
    }
    attributes[name] = {
      type: attributeType(module, value, type, storage),
      ...(isRequired ? { required: true } : { optional: true }),
      ...(!isRequired && computedToo.has(name) ? { computed: true } : {}),
    };
  }
  const getters =
    /\/\/ ([a-z0-9_]+) - computed: true, optional: false, required: false\n\s+get \w+\(\) \{\n\s+return (.*);/g;
  for (const [, name = "", value = ""] of readable.matchAll(getters)) {
    attributes[name] ??= { type: computedType(module, value), computed: true };
  }
  return { attributes: sorted(attributes), ...(Object.keys(blocks).length > 0 ? { block_types: sorted(blocks) } : {}) };
}

function nested(module: Module, value: string, type: string, storage: string, isRequired: boolean): NestedBlock {
  const many = /^cdktn\.listMapperHcl\((\w+)ToHclTerraform, true\)/.exec(value)?.[1];
  const converter = many ?? /^(\w+)ToHclTerraform\(/.exec(value)?.[1] ?? "";
  const name = storage.replace(/List$/, "");
  const inner = block(
    module,
    functionBody(module.js, `${converter}ToHclTerraform`),
    classBody(module.js, `${name}OutputReference`),
    name,
  );
  if (type === "struct") return { nesting_mode: "single", block: inner };
  return {
    nesting_mode: type === "set" ? "set" : "list",
    ...(isRequired ? { min_items: 1 } : {}),
    ...(many === undefined ? { max_items: 1 } : {}),
    block: inner,
  };
}

/** In the notation of `terraform providers schema -json`. */
function attributeType(module: Module, value: string, type: string, storage: string): unknown {
  const primitive: Record<string, string> = { string: "string", number: "number", boolean: "bool" };
  if (type === "simple") return known(primitive[storage], storage);
  const element = /^(string|number|boolean)(List|Map)$/.exec(storage)?.[1];
  if (element && ["list", "set", "map"].includes(type)) return [type, primitive[element]];
  const inner = block(
    module,
    functionBody(module.js, `${/(\w+)ToHclTerraform/.exec(value)?.[1]}ToHclTerraform`),
    "",
    storage,
  );
  const members = Object.fromEntries(
    Object.entries(inner.attributes).map(([name, attribute]) => [name, attribute.type]),
  );
  return type === "struct" ? ["object", members] : [type, ["object", members]];
}

function computedType(module: Module, value: string): unknown {
  const method = /this\.(get\w+)\(/.exec(value)?.[1];
  const types: Record<string, unknown> = {
    getStringAttribute: "string",
    getNumberAttribute: "number",
    getBooleanAttribute: "bool",
    getListAttribute: ["list", "string"],
    getNumberListAttribute: ["list", "number"],
    getStringMapAttribute: ["map", "string"],
  };
  if (method !== undefined) return known(types[method], method);
  if (value.startsWith("cdktn.Fn.tolist(this.getListAttribute")) return ["set", "string"];
  const field = /^this\.(_\w+)$/.exec(value)?.[1];
  const made = new RegExp(`this\\.${field} = new (\\w+)\\(this, "\\w+"(, (?:true|false))?\\)`).exec(module.js);
  const name = known(made?.[1], value);
  const readable = classBody(module.js, `${name.replace(/List$/, "")}OutputReference`);
  const inner = block(module, "", readable, "");
  const members = Object.fromEntries(Object.entries(inner.attributes).map(([key, attribute]) => [key, attribute.type]));
  if (name === "StringMap" || members === undefined) return ["map", "string"];
  return [made?.[2] === ", true" ? "set" : "list", ["object", members]];
}

/** @returns the names, in Terraform's spelling, of the members that an interface requires. */
function requiredOf(types: string, name: string): Set<string> {
  const start = types.search(new RegExp(`^export interface ${name}[ {]`, "m"));
  if (start < 0) return new Set();
  const body = types.slice(start, types.indexOf("\n}", start));
  const members = body.matchAll(/#([a-z0-9_]+) [^}]*\}[\s\S]*?readonly \w+(\??):/g);
  return new Set([...members].filter(([, , optional]) => optional === "").map(([, member = ""]) => member));
}

function classBody(js: string, name: string): string {
  const start = js.search(new RegExp(`^class ${name} `, "m"));
  return start < 0 ? "" : js.slice(start, js.indexOf("\n}", start));
}

function functionBody(js: string, name: string): string {
  const start = js.search(new RegExp(`^function ${name}\\(`, "m"));
  return start < 0 ? "" : js.slice(start, js.indexOf("\n}", start));
}

function sorted<T>(items: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(items).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`What is this? ${what}`);
  return value;
}
