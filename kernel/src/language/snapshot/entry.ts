/**
 * What a snapshot of the language process is made of: the service with all types that every cell needs parsed and bound. A process
 * that starts from it only makes a program for its notebook's folder.
 */
import { writeFileSync } from 'node:fs';
import { startupSnapshot } from 'node:v8';
import { keepingRegistry } from '../registry.js';
import { serve } from '../serve.js';
import { LanguageService } from '../service.js';
import { rehearse } from './rehearsal.js';
import { FILES_VARIABLE } from './store.js';

const registry = keepingRegistry();
const warm = new LanguageService(process.cwd(), registry);
warm.warmUp();
const read = warm.diskFiles;
rehearse(warm);
writeFileSync(process.env[FILES_VARIABLE] ?? '', JSON.stringify(read));
startupSnapshot.setDeserializeMainFunction(() => serve(new LanguageService(process.cwd(), registry)));
