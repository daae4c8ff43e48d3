# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'Error against gradient steps for 5, 10 and 20 shots, between pretraining and the oracle' noenhanced
set xlabel 'training tasks'
set ylabel 'validation mse'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set logscale y
$band0 << END
125000,0.696745225,0.638515618,0.760285098
250000,0.57637863,0.496071636,0.669686192
375000,0.499255648,0.409419836,0.608803433
500000,103.434612,3.02899163e-05,353210585
625000,0.455277061,0.404038452,0.513013554
750000,0.438496771,0.383088858,0.501918586
875000,0.407729632,0.351676522,0.47271695
1000000,0.386149,0.317028052,0.470340241
1125000,0.412613774,0.349140063,0.487627013
1250000,154.16186,9.91507616e-06,2.39694368e+09
1375000,0.501421745,0.250893687,1.00211276
1500000,5.53599728e+09,1.23376448e-09,2.48404508e+28
END
$band1 << END
125000,2.85242279,2.0036602,4.06072634
250000,2.73920643,1.86422216,4.02486999
375000,2.64982656,2.01308219,3.48797522
500000,2.5865406,2.02764037,3.29949649
625000,2.57878767,2.02019033,3.29184124
750000,2.60252058,2.0260406,3.34302944
875000,2.62488592,2.04440815,3.37018128
1000000,2.63174565,2.04453471,3.38760947
1125000,2.60595725,2.02751477,3.34942724
1250000,2.63755265,2.06903254,3.36228835
1375000,2.66142037,2.05521181,3.44643719
1500000,2.6642536,2.0790105,3.41424309
1625000,2.65561195,2.13220678,3.30750042
1750000,2.66373303,2.17772785,3.25820035
END
$band2 << END
125000,0.0221984762,0.00932079302,0.0528680708
250000,0.00780562254,0.00336967027,0.0180812181
375000,0.00501382653,0.00221479185,0.0113502569
500000,0.00493454648,0.00308265727,0.00789894784
625000,0.00398563958,0.00240116424,0.00661567525
750000,0.00351857943,0.0016225496,0.00763021436
875000,0.00359172557,0.00183193436,0.00704200589
1000000,0.00307761538,0.00170613558,0.00555156138
1125000,0.00304359112,0.00180971366,0.00511873625
1250000,0.00265790512,0.00151575181,0.00466069679
1375000,0.00254693116,0.00136421887,0.00475499824
1500000,0.00265542621,0.00161059918,0.00437805287
1625000,0.00248232665,0.00107365797,0.00573920724
1750000,0.00207107359,0.00130621114,0.00328380742
END
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'finetune', \
  'curve.csv' using ((strcol(1) eq 'oracle' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'oracle' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'oracle' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'oracle' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'oracle' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  $band2 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 3 notitle, \
  $band2 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 3 title 'oracle'
