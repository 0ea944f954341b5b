/** Answers requests on Node's own HTTP server without making fetch's objects of them. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ipOfText } from './client-ip.ts'
import type { BriefResponse, TransportHandlers } from './transport.ts'

/** False where it is nothing for the brief handler. */
export function answeredBriefly(
  req: IncomingMessage,
  res: ServerResponse,
  { http, defect }: TransportHandlers,
): boolean {
  const { headers, url = '/', method = 'GET' } = req
  const length = headers['content-length'] ?? '0'
  if (!http.brief || length !== '0' || headers['transfer-encoding'] || url.includes('?'))
    return false
  const answer = ({ status, headers: own, body }: BriefResponse): void => {
    for (const [name, value] of own) res.appendHeader(name, value)
    res.writeHead(status).end(body)
  }
  const failed = (error: unknown): void => {
    defect(error, 'brief')
    res.writeHead(500).end()
  }
  try {
    const answering = http.brief({
      method,
      path: url,
      ip: ipOfText(req.socket.remoteAddress),
      header: (name) => String(headers[name] ?? ''),
    })
    if (!answering) return false
    if (answering instanceof Promise) answering.then(answer, failed)
    else answer(answering)
  } catch (error) {
    failed(error)
  }
  return true
}
