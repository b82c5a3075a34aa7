import type { InputSpec, InputValue } from './spec.js';
import { isoText } from '../instantText.js';

/** The value of an input as people read it: a choice by its label, a time in UTC, `on` and `off`. */
export function inputText(spec: InputSpec, value: InputValue): string {
  switch (spec.kind) {
    case 'select':
      return spec.choices.find(choice => choice.value === value)?.label ?? String(value);
    case 'toggle':
      return value === true ? 'on' : 'off';
    case 'date':
      return typeof value === 'number' ? isoText(value, 'us') : String(value);
    case 'selection':
      return value === '' ? 'everything' : String(value);
    case 'range':
    case 'text':
      return String(value);
  }
}
