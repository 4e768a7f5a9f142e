/** How a stand-in fails: an error record as the real command would write it. */
import type { HostError } from '../../../../src/host/simulated/messages'

export class StubFailure extends Error {
  override readonly name = 'StubFailure'
  readonly code: string
  readonly exception: string
  constructor(code: string, message: string, exception = 'VirtualizationException') {
    super(message)
    this.code = code
    this.exception = exception
  }
}

/** The question is one that the documents do not answer, or that no stand-in needs: a fault of the test, or of the module. */
export const undocumented = (what: string): never => {
  throw new StubFailure('StubUndocumented', `SIMULATED: ${what}`, 'RuntimeException')
}

export const failWith = (error: HostError, language: 'en' | 'zh'): never => {
  throw new StubFailure(error.code, error.text[language])
}

export const classOf = (command: string): string =>
  `Microsoft.HyperV.PowerShell.Commands.${command.replace('-', '')}`
