# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title '5-way 5-shot on Omniglot with a network without convolutions' noenhanced
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
16000,0.187866667,0.178809495,0.196923839
32000,0.2482,0.23184992,0.26455008
48000,0.3486,0.311517224,0.385682776
64000,0.422666667,0.381726349,0.463606985
END
$band1 << END
16000,0.3622,0.344543389,0.379856611
32000,0.441266667,0.289903499,0.592629834
48000,0.5194,0.407137862,0.631662138
64000,0.6048,0.509144246,0.700455754
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
