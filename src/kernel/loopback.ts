// Names and addresses that mean the machine of whoever says them. Pure.

/** Whether the host name of a URL or Host header, without a port, is one of them. */
export const isLoopback = (name: string): boolean =>
  name === "localhost" ||
  name.endsWith(".localhost") ||
  name === "[::1]" ||
  name === "::1" ||
  /^127(\.\d{1,3}){3}$/.test(name)
