/**
 * Each refusal looks the same, whatever the route's schema says, and so does each outcome of an order: the
 * message as data, for programs, and in words of both languages, for whoever reads the answer itself.
 */
import type { FastifyReply } from 'fastify'
import type { ActionResult, Said, Wording } from '../../api.ts'
import {
  codeOf,
  isKnown,
  render,
  renderAction,
  renderCause,
  type Message,
} from '../../messages/catalogue.ts'
import type { Language } from '../../messages/message.ts'

export function refuse(reply: FastifyReply, status: number, message: Message): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(inWords({ accepted: false, message }))
}

/** The outcome of an order: 200, or 409 when it was not accepted. */
export function answer(reply: FastifyReply, result: ActionResult): FastifyReply {
  return reply.code(result.accepted ? 200 : 409).send(inWords(result))
}

/** With the number and the words of its messages. */
export function inWords<Result extends ActionResult>(result: Result): Result {
  const { message, confirm } = result
  return {
    ...result,
    said: saidOf(message),
    ...(confirm === undefined ? {} : { confirm: { ...confirm, said: saidOf(confirm.message) } }),
  }
}

/** Undefined: the other server, of a newer version, says what is not known here. */
export function saidOf(message: Message): Said | undefined {
  if (!isKnown(message)) return undefined
  const wording = (language: Language): Wording => ({
    text: render(message, language),
    cause: renderCause(message, language),
    action: renderAction(message, language),
  })
  return { code: codeOf(message), ja: wording('ja'), en: wording('en') }
}
