// The ALPN policies of a network load balancer's TLS listeners: what is offered, the most wanted first (the guide's page
// "TLS listeners for your Network Load Balancer").
const policies: Readonly<Record<string, readonly string[]>> = {
  HTTP1Only: ["http/1.1", "http/1.0"],
  HTTP2Only: ["h2"],
  HTTP2Optional: ["http/1.1", "http/1.0", "h2"],
  HTTP2Preferred: ["h2", "http/1.1", "http/1.0"],
}

/** For node:tls; nothing with `None`, and without a policy. */
export const alpnProtocols = (policy: string | undefined): { ALPNProtocols?: string[] } => {
  const protocols = policies[policy ?? "None"]
  return protocols ? { ALPNProtocols: [...protocols] } : {}
}
