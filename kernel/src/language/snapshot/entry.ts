/**
 * What a snapshot of the language process is made of: the service with all types that every cell needs parsed and bound. A process
 * that starts from it only makes a program for its notebook's folder.
 */
import { writeFileSync } from 'node:fs';
import { startupSnapshot } from 'node:v8';
import { keepingRegistry } from '../registry.js';
import { serve } from '../serve.js';
import { LanguageService } from '../service.js';
import { FILES_VARIABLE } from './store.js';

const registry = keepingRegistry();
const warm = new LanguageService(process.cwd(), registry);
warm.warmUp();
writeFileSync(process.env[FILES_VARIABLE] ?? '', JSON.stringify(warm.diskFiles));
startupSnapshot.setDeserializeMainFunction(() => serve(new LanguageService(process.cwd(), registry)));
