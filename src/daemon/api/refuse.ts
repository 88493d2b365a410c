/** Each refusal looks the same, whatever the route's schema says. */
import type { FastifyReply } from 'fastify'
import type { Message } from '../../messages/catalogue.ts'

export function refuse(reply: FastifyReply, status: number, message: Message): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send({ accepted: false, message })
}
