// The wire: each AWS protocol once, SigV4, routing and error bodies, as a server and as a client. Knows no service but by its
// contract. Rooms that are apart from the control plane enter through client/index.ts.
export * from "./client/index.ts"
export * from "./server/index.ts"
