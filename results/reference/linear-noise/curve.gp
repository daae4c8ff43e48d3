# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'Pure noise with 10 inputs, 5 support and 3 query points, where nothing may beat an error'."\n".'of 1' noenhanced
set xlabel 'training tasks'
set ylabel 'validation mse'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set logscale y
$band0 << END
800,1.15350736,1.13365323,1.1737092
1600,1.16115076,1.14833012,1.17411453
2400,1.15823239,1.1228429,1.19473727
3200,1.15559171,1.13544073,1.1761003
4000,1.15859121,1.13636944,1.18124752
4800,1.15901868,1.1428372,1.17542927
5600,1.15254899,1.14121979,1.16399066
6400,1.14688099,1.12161046,1.17272087
7200,1.14683791,1.13021134,1.16370907
8000,1.15210426,1.12700859,1.17775875
END
$band1 << END
800,1.15049107,1.13749398,1.16363666
1600,1.14599108,1.13724296,1.15480649
2400,1.16014144,1.14796273,1.17244935
3200,1.14744239,1.12949575,1.16567419
4000,1.15717174,1.14831938,1.16609234
4800,1.15573746,1.13726026,1.17451486
5600,1.14608803,1.12546176,1.16709231
6400,1.1523443,1.1316222,1.17344585
7200,1.15928169,1.1471492,1.17154249
8000,1.15176147,1.14000985,1.16363422
END
$band2 << END
800,1.16429229,1.13277944,1.19668179
1600,1.14110291,1.11834784,1.16432097
2400,1.16262346,1.1337863,1.19219407
3200,1.15555264,1.13470376,1.17678459
4000,1.15819327,1.14087769,1.17577166
4800,1.16991734,1.15013639,1.19003849
5600,1.16076727,1.14624326,1.17547532
6400,1.16834462,1.13772482,1.19978851
7200,1.17424953,1.1382026,1.21143806
8000,1.15669475,1.12294302,1.19146093
END
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'finetune', \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  $band2 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 3 notitle, \
  $band2 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 3 title 'sequential'
