import { describe, expect, it } from "vitest";
import type { StackEvent } from "../context.ts";
import { createFaults, parseFault } from "./index.ts";
import { formatFault } from "./parse.ts";

describe("parseFault", () => {
  it.each([
    ["model:429=0.3", "model:429=0.3"],
    ["model:429=next:2", "model:429=next:2"],
    ["model:5xx", "model:5xx=1"],
    ["model:500=1", "model:500=1"],
    ["model:401=.5", "model:401=0.5"],
    ["model:hang=next:2", "model:hang=next:2"],
    ["lambda:throttle=0.1", "lambda:throttle=0.1"],
    ["lambda@worker:crash=next:1", "lambda@worker:crash=next:1"],
    ["sqs@orders.fifo:duplicate=0.2", "sqs@orders.fifo:duplicate=0.2"],
    [" ws:gone ", "ws:gone=1"],
    ["outage", "outage"],
    ["outage=off", "outage=off"],
  ])("reads %s", (text, written) => {
    expect(formatFault(parseFault(text))).toBe(written);
  });

  it.each([
    ["modle:429", '"modle" is nothing that can fail', "model, lambda, sqs, ws, outage"],
    ["", '"" is nothing that can fail', "model, lambda"],
    ["model", "it does not say how model fails", "model:429, model:5xx"],
    ["model:200", '"200" is no fault of model', "from 400 to 599"],
    ["lambda:429", '"429" is no fault of lambda', "lambda:throttle, lambda:crash, lambda:slow."],
    ["model:429=30%", '"30%" is neither a share nor a count', "0.3 is 30% of calls"],
    ["model:429=0", '"0" is neither a share', "0 to 1"],
    ["model:429=1.5", '"1.5" is neither', "0 to 1"],
    ["model:429=next:0", '"0" is not a count', "next:N"],
    ["model:429=next:x", '"x" is not a count', "next:N"],
    ["model@gpt:429", "cannot be narrowed", "model:429=0.3"],
    ["lambda@a b:crash", '"a b" is not a name', "lambda@my-name"],
    ["outage=maybe", '"maybe" is not a state', "outage=off"],
  ])("refuses %s, naming the part and what may stand there", (text, problem, hint) => {
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({
        code: "FAULT_INVALID",
        message: expect.stringContaining(problem),
        hint: [expect.stringContaining(hint)],
      }),
    );
  });
});

describe("createFaults", () => {
  it("strikes the next calls and no more, and tells each", () => {
    const told: StackEvent[] = [];
    const faults = createFaults({ initial: ["model:hang=next:2"], emit: (event) => told.push(event) });
    expect([faults.model(), faults.model(), faults.model()]).toEqual([{ kind: "hang" }, { kind: "hang" }, undefined]);
    expect(faults.list()).toEqual([]);
    expect(told.map((event) => event.type === "fault" && event.kind)).toEqual(["model:hang", "model:hang"]);
  });

  it("strikes by rate, the same with the same seed", () => {
    const run = (seed: number) => {
      const faults = createFaults({ seed, initial: ["model:429=0.3"] });
      return Array.from({ length: 2_000 }, () => faults.model() !== undefined);
    };
    const struck = run(7).filter(Boolean).length;
    expect(struck).toBeGreaterThan(500);
    expect(struck).toBeLessThan(700);
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it("answers every model call 429 with Retry-After in an outage, until it ends", () => {
    const faults = createFaults({ initial: ["outage"], retryAfter: 3 });
    expect(faults.model()).toEqual({ kind: "status", status: 429, retryAfter: 3 });
    expect(faults.list()).toEqual([{ fault: "outage", struck: 1 }]);
    faults.set("outage=off");
    expect(faults.model()).toBeUndefined();
  });

  it("gives each target its own shape", () => {
    const faults = createFaults({
      initial: ["lambda:slow", "sqs:duplicate", "ws:gone=next:1", "model:5xx"],
      slowMs: 50,
    });
    expect(faults.lambda("any")).toEqual({ kind: "slow", ms: 50 });
    expect(faults.sqs("any")).toBe(true);
    expect([faults.gone("a="), faults.gone("a=")]).toEqual([true, false]);
    expect(faults.model()).toEqual({
      kind: "status",
      status: expect.toSatisfy((status: number) => [500, 502, 503].includes(status)),
    });
  });

  it("strikes what a project means where a fault names nothing, and what is named all the same", () => {
    const faults = createFaults({ initial: ["lambda:crash=next:1", "lambda@api:throttle", "sqs:duplicate"] });
    faults.useDefaults({ lambda: "app-local-worker", sqs: "app-local-tasks" });
    expect(faults.lambda("app-local-authorizer")).toBeUndefined();
    expect(faults.lambda("app-local-api")).toEqual({ kind: "throttle" });
    expect(faults.lambda("app-local-worker")).toEqual({ kind: "crash" });
    expect(faults.lambda("app-local-worker")).toBeUndefined();
    expect([faults.sqs("app-local-tasks-dlq"), faults.sqs("app-local-tasks")]).toEqual([false, true]);
  });

  it("keeps to the function it is narrowed to", () => {
    const faults = createFaults({ initial: ["lambda@worker:crash"] });
    expect(faults.lambda("app-local-api")).toBeUndefined();
    expect(faults.lambda("app-local-worker")).toEqual({ kind: "crash" });
  });

  it("replaces a fault of the same kind, and clears one or all", () => {
    const faults = createFaults({ initial: ["model:429=0.1", "lambda:crash"] });
    faults.set("model:429=next:4");
    expect(faults.list().map(({ fault }) => fault)).toEqual(["model:429=next:4", "lambda:crash=1"]);
    expect(faults.clear("model:429")).toBe(1);
    expect(faults.clear("model:429")).toBe(0);
    faults.set("outage");
    expect(faults.clear()).toBe(2);
    expect(faults.list()).toEqual([]);
  });
});
