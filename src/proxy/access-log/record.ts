// What is known of a request when it is over, as access logs tell it. Times in milliseconds of the wall clock.

export interface AccessRecord {
  readonly type: "http" | "https" | "h2" | "grpcs" | "ws" | "wss"
  /** When the answer was out, and when the request came. */
  readonly endedAt: number
  readonly beganAt: number
  readonly clientAddress: string
  readonly clientPort: number
  /** Sixteen hexadecimal digits that are one for all requests of a connection. */
  readonly connectionId: string
  /** Where it went last: absent when no target was chosen. */
  readonly target?: { readonly address: string; readonly port: number }
  /** When it was sent to the target, and when the first of the answer came. */
  readonly sentAt?: number
  readonly answeredAt?: number
  /** 0: the client did not wait for one. */
  readonly status: number
  readonly targetStatus?: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly method: string
  /** `http://host:80/path?query`; "" when the request could not be read. */
  readonly url: string
  readonly protocol: string
  readonly userAgent: string
  readonly cipher?: string
  readonly tlsProtocol?: string
  readonly targetGroup?: string
  readonly traceId: string
  /** The name that the client asked for by SNI. */
  readonly domain?: string
  readonly certificate?: string
  readonly rulePriority?: number
  readonly actions?: string
  readonly redirect?: string
  readonly classification?: string
  readonly classificationReason?: string
  /** As rewritten by a rule's transforms. */
  readonly transformedHost?: string
  readonly transformedUri?: string
  readonly transformStatus?: string
}
