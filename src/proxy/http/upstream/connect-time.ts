// How long connecting to a target may take.

/** AWS: a target that takes longer to connect to is answered for with 504 (troubleshooting, HTTP 504). */
export const connectMs = 10_000
