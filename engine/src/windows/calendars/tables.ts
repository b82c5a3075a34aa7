// Made by scripts/calendars.mjs from the Python package exchange_calendars 4.13.2, which is under the
// Apache License 2.0 (https://github.com/gerrymanoim/exchange_calendars). Do not edit.
import type { CalendarTable } from './table.js';

/** The version of exchange_calendars that the tables were made of. */
export const CALENDARS_VERSION = '4.13.2';

export const CALENDAR_TABLES: readonly CalendarTable[] = [
  {
    name: 'XNYS',
    timeZone: 'America/New_York',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [[7305, 570, 960, null, null]],
    closed:
      '5mx 1d 1h 19 11 1p 28 x 7 1c 13 1n 12 1o 2f r 7 1b 1o 12 13 1u 28 t 7 19 1h 1g z 1r 28 t 1n 13 q x z 1r 28 w 7 1d 1h 19 10 1q 28 w 7 1d 1a 1g 12 1o 2f r 7 1b 13 1n 13 1n 2f s 7 i s 1h 19 13 1u 28 t 7 h s 1a 1n z 1r 28 t o z 1o 12 10 1q 28 w 7 e z 1h 19 11 1p 8 1 1 1 1x x 7 k s 13 1n 12 1o 2f r 7 j s 1o 12 13 1n 2f s 7 i s 1h 1g b o 1r 28 t o z w 1u z 1r 28 w 7 e z 1h 19 10 1q 28 w 7 1 d z 1a 1g 11 1p 28 x 7 k s w 1u 13 1n 2f s 7 i s 1h 19 13 1u 28 t 7 h s 1a 1n z 1r 28 t o z 1o 12 z 1r 28 w 7 e z 1a 1g 11 1p 1k 1 n x 7 k s 13 1n 12 1o 2f r 7 j s 1o 12 13 1n 2f s 7 i s 1a 1g 13 1u 28 t 7 h s 13 1u z 1r 28 w 7 e z 1h 19 10 1q 28 w 7 e z 13 1n 11 1p 28 d k 7 k s 1o 12 12 1o 2f r 7 j s 1h 19 13 1u 28 t 7 h s 1a 1n z 1r 28 t o z 1h 19 l e 1r 28 w 7 e z 1a 1g l f 1q 28 w 7 e z 13 1n n f 1o 2f r 7 8 b s 1o 12 o f 1n 2f s 7 i s 1a 1g p e 1u 28 t 7 h s 13 1u i h 1r 28 t o z 1h 19 l f 1q 28 w 7 e z 13 1n m f 1p 28 x 7 k s 1o 12 n f 1o 2f r',
    special: [
      [
        570,
        780,
        null,
        null,
        '6qi a4 64 40 68 43 p 5b 44 q 2 9c r 9d z 55 40 65 3z v 5d 43 p 5b 44 q 2 9c a4 64 40 65 3z v 5c 44 q 9e r 9d a4 65 3z v 5b 45 p 5b 44 q 9e r 9d 64 40 65 3z v 5b 45 p 9f r 9d a4 64 40 66 45 p 5b 44 q 9e r 9d 64 40 65 3z v 5b 45 p',
      ],
      [570, 840, null, null, '5wu a5 9f r'],
    ],
  },
  {
    name: 'XNAS',
    timeZone: 'America/New_York',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [[7305, 570, 960, null, null]],
    closed:
      '5mx 1d 1h 19 11 1p 28 x 7 1c 13 1n 12 1o 2f r 7 1b 1o 12 13 1u 28 t 7 19 1h 1g z 1r 28 t 1n 13 q x z 1r 28 w 7 1d 1h 19 10 1q 28 w 7 1d 1a 1g 12 1o 2f r 7 1b 13 1n 13 1n 2f s 7 i s 1h 19 13 1u 28 t 7 h s 1a 1n z 1r 28 t o z 1o 12 10 1q 28 w 7 e z 1h 19 11 1p 8 1 1 1 1x x 7 k s 13 1n 12 1o 2f r 7 j s 1o 12 13 1n 2f s 7 i s 1h 1g b o 1r 28 t o z w 1u z 1r 28 w 7 e z 1h 19 10 1q 28 w 7 1 d z 1a 1g 11 1p 28 x 7 k s w 1u 13 1n 2f s 7 i s 1h 19 13 1u 28 t 7 h s 1a 1n z 1r 28 t o z 1o 12 z 1r 28 w 7 e z 1a 1g 11 1p 1k 1 n x 7 k s 13 1n 12 1o 2f r 7 j s 1o 12 13 1n 2f s 7 i s 1a 1g 13 1u 28 t 7 h s 13 1u z 1r 28 w 7 e z 1h 19 10 1q 28 w 7 e z 13 1n 11 1p 28 d k 7 k s 1o 12 12 1o 2f r 7 j s 1h 19 13 1u 28 t 7 h s 1a 1n z 1r 28 t o z 1h 19 l e 1r 28 w 7 e z 1a 1g l f 1q 28 w 7 e z 13 1n n f 1o 2f r 7 8 b s 1o 12 o f 1n 2f s 7 i s 1a 1g p e 1u 28 t 7 h s 13 1u i h 1r 28 t o z 1h 19 l f 1q 28 w 7 e z 13 1n m f 1p 28 x 7 k s 1o 12 n f 1o 2f r',
    special: [
      [
        570,
        780,
        null,
        null,
        '6qi a4 64 40 68 43 p 5b 44 q 2 9c r 9d z 55 40 65 3z v 5d 43 p 5b 44 q 2 9c a4 64 40 65 3z v 5c 44 q 9e r 9d a4 65 3z v 5b 45 p 5b 44 q 9e r 9d 64 40 65 3z v 5b 45 p 9f r 9d a4 64 40 66 45 p 5b 44 q 9e r 9d 64 40 65 3z v 5b 45 p',
      ],
      [570, 840, null, null, '5wu a5 9f r'],
    ],
  },
  {
    name: 'XLON',
    timeZone: 'Europe/London',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [[7305, 480, 990, null, null]],
    closed:
      '5mx 2u 3 l l 2j 3c 1 6 2f 3 z l 2j 3d 1 6 2z 3 e l 2q 38 3 4 2q 3 l s 2j 3b 1 6 2g 3 s s 2j 3b 1 6 2u 3 l l 2j 3b 1 6 2n 3 s l 2j 3d 1 6 2e 3 z l 2j 3e 1 6 2r 3 l l 2q 38 3 4 2j 3 s s 2j 3b 1 3 3 31 3 7 s 2j 3b 1 6 2u 3 l l 2j 3c 1 6 2f 3 z s 1 2b 3d 1 6 2z 3 e l 2j 3e 1 6 2r 3 l s 2j 3b 1 6 29 3 z s 2j 3b 1 6 2u 3 e s 2j 3b 1 6 2n 3 s l 2j 3c 1 6 28 3 16 l 2j 3e 1 6 2r 3 l l 2q 38 3 4 2j 3 s s 2j 3b 1 6 31 3 4 3 s 2j 3b 1 6 2n 3 s s 1 2b 3c 1 6 2f 3 z l 2j 3d 1 6 2z 3 e l 2j 3e 1 6 2k 3 s l 2q 38 3 4 2c 3 z s 2j 3b 1 6 2u 3 e s 2j 3b 1 6 2g 3 z l 2j 3c 1 6 30 3 e l 2j 3d 1 6 2s 3 p h 2q 38 3 4 2j 3 s s 2j 3b 1 6 2u 3 e v 1 2f l 2q 1 6 2n 3 l 7 l 2j 3b 1 6 2g 3 z l 2j 3d 1 6 2z 3 e l 2j 3e 1 6 2k 3 s l 2q 38 3 4 2c 3 z s 2j 3b 1 6 2u 3 e s 2j 3b 1 6 2g 3 z l 2j 3c 1 6 30 3 e l 2j 3d 1',
    special: [
      [
        480,
        750,
        null,
        null,
        '5wu 7 9y 7 9z 7 9y 7 9x 7 9x 7 a1 7 9y 7 9y 7 9y a4 7 a0 7 9y 7 9y 7 9z 7 9x 7 9x 7 a0 7 9z 7 9y 7 9y 7 9x 7 a0 7 9y 7 9y 7 9y 7 9y 7 9x 7 a0 7 9y 7 9z 7 9y 7 9x 7 9x 7 a1 7 9y 7 9y 7 9y 7 9x 7 a0 7 9y 7',
      ],
    ],
  },
  {
    name: 'XETR',
    timeZone: 'Europe/Berlin',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [[7305, 540, 1050, null, null]],
    closed:
      '5mx 2u 3 f 6l 1 1 5 1 2f 3 u 6l 1 1 5 1 2z 3 b 6l 1 6 1 2q 3 74 7 2j 3 7e 31 3 e 6m 1 6 2n 3 n 6l 1 1 5 1 2e 3 v 6l 1 1 5 1 2r 3 i 6l 1 6 1 2j 3 7b 7 34 3 7 6m 1 6 2u 3 f 6l 1 1 5 1 2f 3 u 6l 1 1 5 1 2z 3 a 6l 1 1 5 1 2r 3 74 7 2c 3 7l 31 3 e 6m 1 6 2n 3 m r 5u 1 1 5 1 28 3 12 6l 1 1 5 1 2r 3 i 6l 1 6 1 2j 3 7b 7 34 3 6t 2u 3 m 6l 1 1 5 1 2f 3 u 6l 1 1 5 1 2z 3 a 4b 2a 1 1 5 1 2k 3 p o 5x 1 6 1 2c 3 1d 3w 2c 31 3 e z 3c s 1j 1 6 2g 3 t k 3r 2a 1 1 5 1 30 3 9 14 37 2a 1 1 5 1 2s 3 i v 5q 1 6 1 2j 3 1d 5y 7 2x 3 70 2u 3 l 6m 1 6 2g 3 u 6l 1 1 5 1 2z 3 a 6l 1 1 5 1 2k 3 p 6l 1 6 1 2c 3 7i 7 2x 3 e 6m 1 6 2g 3 t 6l 1 1 5 1 30 3 9 6l 1 1 5',
    special: [[540, 840, null, null, 'bjx a5 a4 a7 a5 a5 a6 a4 a4 a7 a6 a5 a5 a4 a7 a5 a5 a5 a5 a4 a7']],
  },
  {
    name: 'XTKS',
    timeZone: 'Asia/Tokyo',
    first: 9862,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [
      [9862, 540, 900, 690, 750],
      [20032, 540, 930, 690, 750],
    ],
    closed:
      '7ly 1 1 c r 11 14 6 25 1k 8 h o l t 8 1 1 d r 25 5 1 1 23 1l 8 15 k u 8 1 e r 13 12 4 1 1 24 1l 8 i n k u 8 3 7 w 12 18 1 1 24 1l o p k 13 1 1 5 z 10 15 3 1 25 1u e 1a v 7 1 1 1 b s 12 13 4 3 3p 7 l l 1d 8 1 1 1 a t 12 13 6 25 1k 8 k l l t 8 1 1 a u 26 4 1 1 23 1r 3 i n k u 8 3 7 w 12 13 4 1 1 22 1r 4 h o k u a 1 6 1z 17 1 1 21 1r l p k 13 1 1 5 z 11 14 3 1 21 1r 7 e 1a v 7 1 1 1 b s 12 14 6 1 24 1k 8 k l l t 8 1 1 a u 11 14 5 1 1 23 1r 1 1 j m k u 8 1 a v 13 12 4 1 1 23 1r 3 i n k u 8 3 7 w 12 13 4 1 1 22 1r 4 h o k u a 1 6 1z 15 3 1 21 1r l 1a v 7 1 1 1 b s 11 14 4 3 1y 1r 7 l l 1d 8 1 1 1 a t 12 13 6 1 24 1k 8 k l l t 8 1 1 a u 25 5 1 1 23 1r 1 1 j m k u 8 1 a v 13 13 4 1 1 22 o 13 3 i o k u a 1 6 1y 18 1 1 21 p 12 l p k 13 1 1 5 z 11 14 3 1 21 1r 7 e 1a v 7 1 1 1 b s 12 13 1 1 1 1 3 1y s z 7 l 8 d 1l 1 1 1 a t d p 14 5 1 1 26 1 h 16 1 9 x k 12 1 a v c 1t 4 1 1 26 1 h 16 3 15 k 12 3 7 w c q 13 4 1 1 22 o 13 4 h o k 14 1 6 19 q 17 1 1 21 p 12 l p k 13 1 1 5 z b q 14 4 3 1y s z 7 l l 1l 1 1 1 a t d o 14 6 1 24 l z 8 k l l 11 1 1 a u c p 14 5 1 1 23 m 15 1 1 j m k 12 1 a v c r 12 4 1 1 23 n 14 3 i n k 12 3 7 w c q 18 1 1 21 p 12 4 h p k 13 1 1 5 z b p 15 3 1 21 1r 7 e 1a 12 1 1 1 b s 11 14 4 3 1y s z 7 l l 1l',
    special: [],
  },
  {
    name: 'XHKG',
    timeZone: 'Asia/Hong_Kong',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [
      [7305, 600, 960, 720, 780],
      [15040, 570, 960, 720, 780],
    ],
    closed:
      '5mx p 3 1u 8 3 g q l 1y 12 m 1o 1 6 19 16 3 4 1a r 1 1x s n 1y 1 6 y 1 1 1z 3 l p a 11 14 z 29 7 l 3 1y 4 3 1a h a 1v i 2t 19 1 1d 3 1 17 q 1 24 n m 22 1 6 t 1 1 1q 9 3 l p h 1y 1t 1i 1 6 1d 1 1 17 1 3 1a o 3 1v 1k 1t 1 6 11 1d 3 18 q l 1 1 1b u e 1 8 24 1 6 r 1 1 1u 4 3 l 1m 1b 19 1 4 m 1m 7 1a 1 1 17 3 1 21 d 25 f h 1y 4 z 3 1l h 3 7 a q 2r j 4 28 1 6 n 1 1 1x 8 3 e 1 1j 7 4 j 1w 1 n 1p 1 6 16 1 1 17 3 4 q j 16 2k d 20 1 6 u 3 22 3 a 7 r r 21 j 2d 1 6 l 1 21 4 3 18 r 9 2i 2 l 1u 18 1 1 16 3 8 r e 1a 28 m 24 1 6 s 1 1s 9 3 e 4 q 3g s 1k 1 6 1d 1 18 1 3 m n q d 2e 5 i 1v 1 6 11 1 16 3 b r b s m 10 g o g 6 27 1 6 p 1 1 20 3 i r y 2k p 1o 7 19 1 19 3 1 19 q f 2c 8 2f 12 1 1o h 3 7 8 r p 22 g 6 2a 1 6 l 1 1 1y 2 3 m 1q 2j 1 l 1r 1 6 15 1 1 18 3 3 r g q j 18 11 b d 20 1 6 u 3 22 3 a 5 r t 1y m 1 2c 1 6 1d 1 16 3 1 o o 11 1s p 3 k 1t 7 12 1 1 18 3 7 s 12 m w 19 o b 1u 1 6 s 1 1r a 3 e 2 r 2d 14 3 29 1 6 1a 3 13 3 3 q l r e 2d 6 g 1x 1 6 z 1 1 1l e 3 9 c p o 2k 6 27 1 6 q 1 21 3 h 1 1j 6 2k 1 b d 1o 7 16 3 1a 3 1 17 q h 2b 9 c 1 22 10 1 1 1p a 3 e 7 p s 21 m 2b 1 6 l 1 1 1y 2 3 l p r p 25 l 1r 1 6 16 1 19 3 3 r e q l 1v c d a 23 1 6 s 1 1 1r e 3 a 4 1l 2k 6 m 1l 1 6 1b 1 1 17 3 1 o o p c 2k i 1v 7 12 1 19 3 7 12 r m 25 f 7 28 u 1 1 1v a 3 e 1 r 3i 2 m 1o 1 6 17 1 1 17 3 2 r k 16 2j f 1y 1 6 y 1 1 1m e 3 9 8 r q 22 i 2d 1',
    special: [
      [
        570,
        720,
        null,
        null,
        'c42 7 9y 7 u 94 7 1d 8l 7 ax ao 8o 7 z 8z 7 o 9b 7 16 8s 7 v kj 8v 7 s 96 7 1b 8n 7 10 8y 7 p ao 8r 7 9y 7',
      ],
      [
        600,
        750,
        null,
        null,
        '5wu 7 9y 7 9z 7 9y 7 u9 7 9y 7 9y 7 9y kb 7 9y 7 9y 7 9z 7 u8 7 9z 7 9y 7 9y 7',
      ],
    ],
  },
  {
    name: 'CMES',
    timeZone: 'America/Chicago',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4],
    hours: [[7305, -420, 1020, null, null]],
    closed:
      '5mx 2u 74 7 2f 7j 7 2z 70 7 2q 77 2q q 6r 7 2u 73 7 2n 7c 7 2e 7k 7 2r 77 7 2j 7e 3b 6w 7 2u 74 7 2f 7j 7 2z 6z 7 2r 1r 5g 2j 7o 7 2u 73 7 1 2m 7b 7 28 7r 7 2r 77 7 2j 7e 3b 6w 7 2n 7b 7 2f 7j 7 2z 6z 7 2k 7e 7 2c 7o 7 2u 73 7 2g 6y k 7 30 6y 7 2s 77 7 2j 7e 34 73 7 2n 7a 7 2g 7j 7 8 2r 6z 7 2k 7e 7 2c 7l 34 73 7 2g 7i 7 30 6y',
    special: [
      [
        -420,
        720,
        null,
        null,
        '5oa 2q 11 1p 28 w 1k 2q 12 1o 2f q 1j 2q 13 1u 28 s 1h 2x z 1r 28 1 2f 2q z 1r 28 1 2f 2q 10 1q 28 1 2f 2q 12 1o 2f 1 p 1j 2q 13 1n 2f 1 q q s 2q 13 1u 28 1 r p s 2x z 1r 28 1 1g z 2q 10 1q 28 1 1g z 2q 11 1p 28 1 v s s 2q 12 1o 2f 1 p r s 2q 13 1n 2f 1 q q s 2x z 1r 28 1 1g z 2q z 1r 28 1 1g z 2q 10 1q 28 1 1g z 2q 11 1p 28 1 v s s 2q 13 1n 2f 1 q q s 2q 13 1u 28 1 r p s 2x z 1r 28 1 1g z 2q z 1r 28 1 1g z 2q 11 1p 28 1 v s s 2q 12 1o 2f 1 p r s 2q 13 1n 2f 1 q q s 2q 13 1u 28 1 r p s 2x z 1r 28 1 1g z 2q 10 1q 28 1 1g z 2q 11 1p 28 1 v s s 2q 12 1o 2f 1 p r s 2q 13 1u 28 1 r p s 2x z 1r 28 1 1g z 2q z 1r 28 1 1g z 2q 10 1q 28 1 1g z 2q 12 1o 2f 1 p r s 2q 13 1n 2f 1 q q s 2q 13 1u 28 1 r p s 2x z 1r 28 1 1g z 2q 10 1q 28 1 1g z 2q 11 1p 28 1 v s s 2q 12 1o 2f 1 p',
      ],
    ],
  },
  {
    name: '24/7',
    timeZone: 'UTC',
    first: 7305,
    last: 22279,
    weekdays: [0, 1, 2, 3, 4, 5, 6],
    hours: [[7305, 0, 1440, null, null]],
    closed: '',
    special: [],
  },
];
