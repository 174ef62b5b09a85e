import type { ZipFile } from "./zip.ts";

/** Machines by their numbers in an ELF's header. */
const ELF_MACHINES: Record<number, string> = { 3: "x86", 40: "ARM of 32 bits", 62: "x64", 183: "arm64" };
const ELF = 0x7f454c46;
/** Little-endian, of 32 and 64 bits, and the one that holds several. */
const MACH_O = [0xcefaedfe, 0xcffaedfe, 0xcafebabe];
/** `MZ`. */
const PE = 0x4d5a;
const WANTED = "Linux on arm64";

/** @returns a warning for each addon that the functions cannot load. They run on Linux on arm64, whatever built them. */
export function foreignAddons(files: readonly ZipFile[]): string[] {
  return files
    .filter(({ name }) => name.endsWith(".node"))
    .flatMap(({ name, data }) => {
      const platform = platformOf(data);
      if (platform === WANTED) return [];
      const kind = platform === undefined ? "is no addon that Linux loads" : `is for ${platform}`;
      return [
        `${name} ${kind}; the functions run on ${WANTED}. Install its package for that before you build: npm install --os=linux --cpu=arm64 --libc=glibc`,
      ];
    });
}

/** @returns undefined where the first bytes do not tell. */
function platformOf(data: Uint8Array): string | undefined {
  if (data.length < 20) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const magic = view.getUint32(0);
  if (magic === ELF) {
    // The byte order is the header's own, and tells on which machines it runs.
    const machine = view.getUint16(18, data[5] === 1);
    return `Linux on ${ELF_MACHINES[machine] ?? `a machine of number ${machine}`}`;
  }
  if (MACH_O.includes(magic)) return "macOS";
  return view.getUint16(0) === PE ? "Windows" : undefined;
}
