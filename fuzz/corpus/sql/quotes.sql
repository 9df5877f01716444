SELECT 'a;b', "c;d", `e;f`, [g;h], E'\'', $$ ; $$, $t$ $$ ; $t$, x'00', U&'\0041'; -- c ; d
/* /* nested */ ; */ SELECT 1;;
