"""Run by the environment of the comparison, .bench: what `recordlinkage` makes of the candidate pairs that stand on
standard input, as JSON. Prints for each of its ways to decide the positions of the pairs it takes for one person.

The comparison and the rule "more than three fields agree" follow recordlinkage's own guide to these records (its
docs/guides/link_two_dataframes.ipynb), with three differences, each in its favour: the given name may be mistyped as
the surname may, because these pairs need not share it as the guide's do; the street is compared as the names are; and
the postal code is a seventh field, because the other side of the comparison looks at it too. The classifier is its
unsupervised one: whoever matches leads has no pairs of known truth to learn from.
"""

import json
import sys

import pandas
import recordlinkage

FIELDS_THAT_AGREE = 3


def main() -> None:
    left, right = (
        pandas.read_csv(path, skipinitialspace=True, dtype=str, index_col="rec_id") for path in sys.argv[1:3]
    )
    pairs = pandas.MultiIndex.from_tuples([tuple(pair) for pair in json.load(sys.stdin)])
    compare = recordlinkage.Compare()
    for name in ("given_name", "surname", "address_1"):
        compare.string(name, name, method="jarowinkler", threshold=0.85)
    for name in ("date_of_birth", "suburb", "state", "postcode"):
        compare.exact(name, name)
    features = compare.compute(pairs, left, right)
    agreed = features[features.sum(axis=1) > FIELDS_THAT_AGREE].index
    learnt = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    print(json.dumps({"rule": pairs.get_indexer(agreed).tolist(), "ECM": pairs.get_indexer(learnt).tolist()}))


if __name__ == "__main__":
    main()
