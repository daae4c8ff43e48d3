# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'Few-shot regression on sine waves. Every method may look at 10 points of a new wave and'."\n".'takes up to 10 gradient steps; the mean squared error on unseen points of the same wave is'."\n".'what counts.' noenhanced
set xlabel 'training tasks'
set ylabel 'validation mse'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set logscale y
$band0 << END
12500,4.24832202,3.87395365,4.65886832
25000,3.47870087,2.88959452,4.18790929
37500,1.46195917,0.562360159,3.80063305
50000,0.816441217,0.513165265,1.29895047
62500,0.528877261,0.381237287,0.733693075
75000,0.438029125,0.347762634,0.551725503
87500,0.346214228,0.255158624,0.469763827
100000,0.300119391,0.216199222,0.416614122
END
$band1 << END
12500,4.05551584,3.84636287,4.27604189
25000,3.67300838,3.15548487,4.27540969
37500,2.53976367,1.03596195,6.22648301
50000,1.19310696,0.667404874,2.13289455
62500,0.804533009,0.607377242,1.0656859
75000,0.613397559,0.461960486,0.814477812
87500,0.538328544,0.500805831,0.578662635
100000,0.455112469,0.319911367,0.647452328
END
$band2 << END
12500,1.54971106,1.41017423,1.70305507
25000,0.529220183,0.397535107,0.70452646
37500,0.450674853,0.275302609,0.737762073
50000,0.423893452,0.262405697,0.684762796
62500,0.411652385,0.254084324,0.666934834
75000,0.388327403,0.26289703,0.573601657
87500,0.36752362,0.244518038,0.552407552
100000,0.371211338,0.258696729,0.532661769
END
$band3 << END
12500,3.99421138,3.12820632,5.09995919
25000,3.69275419,2.42383815,5.62596704
37500,3.20783295,1.51615383,6.78703709
50000,3.04047648,1.24196762,7.4434285
62500,2.89677018,1.05401196,7.96127346
75000,2.76946789,0.915305599,8.37966291
87500,2.76639613,0.914296045,8.37031678
100000,2.68917538,0.835871111,8.6516499
END
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'fomaml', \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  $band2 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 3 notitle, \
  $band2 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 3 title 'reptile', \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  $band3 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 4 notitle, \
  $band3 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 4 title 'finetune'
