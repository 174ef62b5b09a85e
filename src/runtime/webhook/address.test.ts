import { describe, expect, it } from "vitest";
import { ForbiddenAddressError, isBlocked, resolveCallback } from "./address.ts";

describe("isBlocked", () => {
  it.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "not an address",
  ])("%s", (address) => expect(isBlocked(address)).toBe(true));

  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a00:1450::1",
  ])("not %s", (address) => expect(isBlocked(address)).toBe(false));
});

describe("resolveCallback", () => {
  const cloud = { allowLoopback: false };
  const local = { allowLoopback: true };

  it.each([
    ["https://127.0.0.1/", cloud],
    ["https://[::1]/", cloud],
    ["https://localhost/", cloud],
    ["https://2130706433/", cloud],
    ["https://0x7f.1/", cloud],
    ["https://169.254.169.254/latest/meta-data", local],
    ["https://10.0.0.1/", local],
    ["https://[::ffff:127.0.0.1]/", cloud],
    ["http://8.8.8.8/", local],
    ["ftp://8.8.8.8/", cloud],
    ["https://8.8.8.8/", { ...cloud, callbackHosts: ["api.example.com", "*.example.org"] }],
  ])("refuses %s", async (url, settings) => {
    await expect(resolveCallback(new URL(url), settings)).rejects.toThrow(ForbiddenAddressError);
  });

  it.each([
    ["http://127.0.0.1:3000/", local, "127.0.0.1"],
    ["https://[::1]/", local, "::1"],
    ["https://8.8.8.8/hook", cloud, "8.8.8.8"],
    ["https://8.8.8.8/hook", { ...cloud, callbackHosts: ["8.8.8.8"] }, "8.8.8.8"],
  ])("pins %s", async (url, settings, address) => {
    expect(await resolveCallback(new URL(url), settings)).toMatchObject({ address });
  });
});
