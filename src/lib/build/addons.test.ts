import { expect, it } from "vitest";
import { foreignAddons } from "./addons.ts";

const bytes = (...head: number[]) => Uint8Array.from([...head, ...Array.from({ length: 64 }, () => 0)]);
/** An ELF of 64 bits, little-endian, a shared object. */
const elf = (machine: number) => bytes(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, machine);
const warningsOf = (name: string, data: Uint8Array) => foreignAddons([{ name, data }]);

it("says nothing of an addon for Linux on arm64, nor of other files", () => {
  expect(warningsOf("sharp-1.node", elf(183))).toEqual([]);
  expect(warningsOf("index.js", elf(62))).toEqual([]);
});

it.each([
  ["is for Linux on x64", elf(62)],
  ["is for Linux on a machine of number 22", elf(22)],
  ["is for macOS", bytes(0xcf, 0xfa, 0xed, 0xfe)],
  ["is for macOS", bytes(0xca, 0xfe, 0xba, 0xbe)],
  ["is for Windows", bytes(0x4d, 0x5a)],
  ["is no addon that Linux loads", bytes(0x78)],
  ["is no addon that Linux loads", new Uint8Array()],
])("warns of one that %s, with what to do", (kind, data) => {
  const [warning] = warningsOf("chunks/sharp-1.node", data);
  expect(warning).toMatch(`chunks/sharp-1.node ${kind}; the functions run on Linux on arm64.`);
  expect(warning).toContain("npm install --os=linux --cpu=arm64 --libc=glibc");
});
