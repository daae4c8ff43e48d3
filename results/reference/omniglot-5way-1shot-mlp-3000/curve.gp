# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title '5-way 1-shot on Omniglot with a network without convolutions' noenhanced
set xlabel 'training tasks'
set ylabel 'validation accuracy'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set yrange [:1]
set key bottom
$band0 << END
16000,0.297,0.266881431,0.327118569
32000,0.356666667,0.330810942,0.382522392
48000,0.420333333,0.340827989,0.499838677
64000,0.503,0.463253797,0.542746203
80000,0.590666667,0.550278733,0.6310546
96000,0.651666667,0.605704524,0.697628809
END
$band1 << END
16000,0.371333333,0.332742485,0.409924181
32000,0.398333333,0.331200306,0.46546636
48000,0.454666667,0.416075819,0.493257515
64000,0.560666667,0.543042706,0.578290627
80000,0.586666667,0.502266892,0.671066441
96000,0.608,0.549794793,0.666205207
END
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 32 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 32 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 32 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '0') ? $3 * 32 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '1') ? $3 * 32 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '2') ? $3 * 32 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'fomaml', \
  1.0/5 with lines dashtype 2 linecolor 'gray40' title 'chance'
