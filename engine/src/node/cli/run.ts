import { UsageError, type Command, type CommandContext } from './command.js';
import { checkCommand } from './check.js';
import { exportCommand } from './export.js';
import { importCommand } from './importCommand.js';
import { inspectCommand } from './inspect.js';
import { recordCommand } from './record.js';
import { serveCommand } from './serve.js';

const COMMANDS: readonly Command[] = [
  checkCommand,
  exportCommand,
  serveCommand,
  recordCommand,
  importCommand,
  inspectCommand,
];

function help(): string {
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`);
  return `millrace COMMAND\n\n${lines.join('\n')}\n\nmillrace COMMAND --help tells more.`;
}

/** Runs a command line; returns the exit code: 0, 1 for what went wrong, 2 for what cannot be understood. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  const command = COMMANDS.find(each => each.name === name);
  if (command === undefined) {
    const isAsked = name === undefined || name === '--help' || name === '-h' || name === 'help';
    if (isAsked) context.print(help());
    else
      context.note(
        `millrace: there is no command '${name}'. ${COMMANDS.map(each => each.name).join(', ')} are.`,
      );
    return isAsked && name !== undefined ? 0 : 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    context.print(command.usage);
    return 0;
  }
  try {
    return (await command.run(rest, context)) ?? 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.note(`millrace ${command.name}: ${message.replaceAll('\n', ' ')}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
