import { isObject } from "../wire/objects.ts";
import { constraint, malformed, nullMember } from "./errors.ts";

interface Range {
  min?: number;
  max?: number;
}

/** A structure of a request, whatever protocol it came in. Each reader throws AWS's error, which names the member. */
export class Input {
  readonly #members: Record<string, unknown>;
  /** In the query protocol every value is text. */
  readonly #textual: boolean;
  /** Where it stands in the request, such as `MetricData.member.1`; empty for the request itself. */
  readonly path: string;

  constructor(members: Record<string, unknown>, textual = false, path = "") {
    this.#members = members;
    this.#textual = textual;
    this.path = path;
  }

  /** @returns a member's place in the request, for messages. */
  at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return this.#raw(name) !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#raw(name);
    if (value === undefined || typeof value === "string") return value;
    throw malformed(`${this.at(name)} must be a string.`);
  }

  /** A text of a length that the model bounds. */
  sized(name: string, { min = 1, max }: { min?: number; max: number }): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value.length > max)
      throw constraint(this.at(name), value, `Member must have length less than or equal to ${max}`);
    if (value.length < min)
      throw constraint(this.at(name), value, `Member must have length greater than or equal to ${min}`);
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const choice = choices.find((item) => item === value);
    if (choice === undefined)
      throw constraint(this.at(name), value, `Member must satisfy enum value set: [${choices.join(", ")}]`);
    return choice;
  }

  /** May be NaN or infinite, which JSON has as texts: AWS refuses them with an error of its own. */
  number(name: string): number | undefined {
    const value = this.#raw(name);
    return value === undefined ? undefined : this.#number(value, this.at(name));
  }

  integer(name: string, { min = -Infinity, max = Infinity }: Range = {}): number | undefined {
    const value = this.number(name);
    if (value === undefined) return undefined;
    if (!Number.isSafeInteger(value)) throw malformed(`${this.at(name)} must be an integer.`);
    if (value < min) throw constraint(this.at(name), value, `Member must have value greater than or equal to ${min}`);
    if (value > max) throw constraint(this.at(name), value, `Member must have value less than or equal to ${max}`);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.#raw(name);
    if (value === undefined || typeof value === "boolean") return value;
    if (this.#textual && (value === "true" || value === "false")) return value === "true";
    throw malformed(`${this.at(name)} must be a boolean.`);
  }

  /** @returns epoch milliseconds. */
  time(name: string): number | undefined {
    const value = this.#raw(name);
    if (value === undefined) return undefined;
    const ms = typeof value === "number" ? value * 1000 : typeof value === "string" ? Date.parse(value) : NaN;
    // What a Date can hold.
    if (Math.abs(ms) <= 8.64e15) return Math.round(ms);
    throw malformed(`${this.at(name)} must be a timestamp.`);
  }

  texts(name: string, limits: Range = {}): string[] | undefined {
    return this.#list(name, limits)?.map((value, index) => {
      if (typeof value === "string") return value;
      throw malformed(`${this.at(name)}.member.${index + 1} must be a string.`);
    });
  }

  numbers(name: string): number[] | undefined {
    return this.#list(name)?.map((value, index) => this.#number(value, `${this.at(name)}.member.${index + 1}`));
  }

  object(name: string): Input | undefined {
    const value = this.#raw(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Input(value, this.#textual, this.at(name));
    throw malformed(`${this.at(name)} must be a structure.`);
  }

  objects(name: string, limits: Range = {}): Input[] | undefined {
    return this.#list(name, limits)?.map((value, index) => {
      const path = `${this.at(name)}.member.${index + 1}`;
      if (isObject(value)) return new Input(value, this.#textual, path);
      throw malformed(`${path} must be a structure.`);
    });
  }

  /** @throws ValidationError when the value is absent. */
  required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw nullMember(this.at(name));
    return value;
  }

  #raw(name: string): unknown {
    const value = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    return value === null ? undefined : value;
  }

  #list(name: string, { min = 0, max = Infinity }: Range = {}): unknown[] | undefined {
    const raw = this.#raw(name);
    if (raw === undefined) return undefined;
    // A form says an empty list by a name without a value.
    const value: unknown = this.#textual && raw === "" ? [] : raw;
    if (!Array.isArray(value)) throw malformed(`${this.at(name)} must be a list.`);
    if (value.length > max)
      throw constraint(
        this.at(name),
        `[${value.length} members]`,
        `Member must have length less than or equal to ${max}`,
      );
    if (value.length < min)
      throw constraint(this.at(name), "[]", `Member must have length greater than or equal to ${min}`);
    const items: unknown[] = value;
    return items;
  }

  #number(value: unknown, at: string): number {
    if (typeof value === "number") return value;
    if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
    if (this.#textual && typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value)))
      return Number(value);
    throw malformed(`${at} must be a number.`);
  }
}
