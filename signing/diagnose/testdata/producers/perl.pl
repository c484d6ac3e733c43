#!/usr/bin/perl
# Prints what Perl makes of the bodies, one JSON object a line. Run by produce, with Debian's
# libjson-xs-perl, libcpanel-json-xs-perl, libmojolicious-perl and liburi-perl.
use strict;
use warnings;
use JSON::PP ();
use JSON::XS ();
use Cpanel::JSON::XS ();
use Mojo::JSON ();
use Mojolicious ();
use URI::Escape qw(uri_escape_utf8);

sub filled { my $d = shift; return { map { $_ => $d->{$_} } grep { my $v = $d->{$_}; defined $v && $v ne '' } keys %$d } }
sub pairs { my ($d, $change) = @_; return join '&', map { "$_=" . $change->($d->{$_}) } sort keys %$d }

my @ways = (
    ['JSON::PP ' . JSON::PP->VERSION, 'canonical->utf8', sub { JSON::PP->new->canonical->utf8->encode(filled(shift)) }],
    ['JSON::PP ' . JSON::PP->VERSION, 'canonical->ascii', sub { JSON::PP->new->canonical->ascii->encode(filled(shift)) }],
    ['JSON::PP ' . JSON::PP->VERSION, 'canonical->latin1', sub { JSON::PP->new->canonical->latin1->encode(filled(shift)) }],
    ['JSON::PP ' . JSON::PP->VERSION, 'canonical->utf8->pretty', sub { JSON::PP->new->canonical->utf8->pretty->encode(filled(shift)) }],
    ['JSON::PP ' . JSON::PP->VERSION, 'canonical->utf8->escape_slash', sub { JSON::PP->new->canonical->utf8->escape_slash->encode(filled(shift)) }],
    ['JSON::XS ' . JSON::XS->VERSION, 'canonical->utf8', sub { JSON::XS->new->canonical->utf8->encode(filled(shift)) }],
    ['JSON::XS ' . JSON::XS->VERSION, 'canonical->ascii', sub { JSON::XS->new->canonical->ascii->encode(filled(shift)) }],
    ['JSON::XS ' . JSON::XS->VERSION, 'canonical->utf8->space_after', sub { JSON::XS->new->canonical->utf8->space_after->encode(filled(shift)) }],
    ['Cpanel::JSON::XS ' . Cpanel::JSON::XS->VERSION, 'canonical->utf8', sub { Cpanel::JSON::XS->new->canonical->utf8->encode(filled(shift)) }],
    ['Mojolicious ' . Mojolicious->VERSION, 'Mojo::JSON::encode_json', sub { Mojo::JSON::encode_json(filled(shift)) }],
    ['URI::Escape ' . URI::Escape->VERSION, 'uri_escape_utf8 of values', sub { pairs(filled(shift), \&uri_escape_utf8) }],
    ["Perl $^V", 'k=v joined by &', sub { my $t = pairs(filled(shift), sub { shift }); utf8::encode($t); return $t }],
);

open my $file, '<:raw', $ARGV[0] or die "reading $ARGV[0]: $!";
my $bodies = JSON::PP->new->utf8->decode(do { local $/; <$file> });
for my $way (@ways) {
    for my $name (sort keys %$bodies) {
        my $d = JSON::PP->new->decode($bodies->{$name});
        next if $way->[1] =~ /of values|k=v/ && grep { ref } values %$d;    # prints addresses
        my $text = $way->[2]->($d);
        print JSON::PP->new->canonical->encode({ library => $way->[0], way => $way->[1], body => $name, hex => unpack('H*', $text) }), "\n";
    }
}
